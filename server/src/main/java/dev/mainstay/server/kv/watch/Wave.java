package dev.mainstay.server.kv.watch;

import dev.mainstay.statemachine.feed.CompactedException;
import dev.mainstay.statemachine.feed.Feed;
import dev.mainstay.statemachine.feed.FeedCursor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/// Watches that are behind by about the same distance, and the cursor that they share. Owned by
/// whoever works on it: a storage thread while it reads a slice, else the dispatcher.
final class Wave {

    /// One revision for one watch.
    record Portion(Watcher watcher, long revision, List<WatchEvent> events) {}

    /// What a stretch of the feed holds for the wave's watches: all of it, up to `end`.
    record Slice(List<Portion> portions, long end) {}

    private static final long SLICE_BYTES = 512 << 10;
    private static final long BATCH_BYTES_MIN = 1 << 10;

    private final Feed feed;
    private final FeedCursor cursor;
    private final WatchIndex index = new WatchIndex();
    private long end;

    /// How much to read at once: little when many watches may want all of it, for what they have no
    /// room for is read in vain; more as long as they want little.
    private long batchBytes;

    Wave(Feed feed, Collection<Watcher> watchers) {
        this.feed = feed;
        long from = Long.MAX_VALUE;
        for (var watcher : watchers) {
            from = Math.min(from, watcher.next);
            index.add(watcher);
        }
        end = from - 1;
        batchBytes = Math.max(BATCH_BYTES_MIN, SLICE_BYTES / Math.max(1, watchers.size()));
        cursor = feed.open(from);
    }

    Set<Watcher> watchers() {
        return index.all();
    }

    void remove(Watcher watcher) {
        index.remove(watcher);
    }

    /// The revision up to which it has read.
    long end() {
        return end;
    }

    boolean isNear() {
        return cursor.isNear();
    }

    /// Reads until there is enough to deliver, or enough was read, or there is nothing newer.
    Slice read() throws CompactedException {
        var portions = new ArrayList<Portion>();
        long bytesRead = 0;
        long bytesFound = 0;
        while (bytesRead < SLICE_BYTES && bytesFound < SLICE_BYTES) {
            // Before reading: what is published later may be missing from an empty answer.
            long newest = feed.newest();
            int before = portions.size();
            var batch = cursor.next(batchBytes);
            if (batch.isEmpty()) {
                end = Math.max(end, newest);
                break;
            }
            batch.forEach(revised ->
                    index.spread(
                            revised,
                            (watcher, revision, events) ->
                                    portions.add(new Portion(watcher, revision, events))));
            end = batch.getLast().revision();
            long found = bytes(portions, before);
            bytesRead += batchBytes;
            bytesFound += found;
            if (found < batchBytes) {
                batchBytes = Math.min(2 * batchBytes, SLICE_BYTES);
            }
        }
        return new Slice(portions, end);
    }

    private static long bytes(List<Portion> portions, int from) {
        long bytes = 0;
        for (var portion : portions.subList(from, portions.size())) {
            for (var event : portion.events()) {
                bytes += event.bytes(portion.watcher().wantsPrevious());
            }
        }
        return bytes;
    }

    void close() {
        cursor.close();
    }
}
