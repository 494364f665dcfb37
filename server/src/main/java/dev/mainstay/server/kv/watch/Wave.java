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

    private final Feed feed;
    private final FeedCursor cursor;
    private final WatchIndex index = new WatchIndex();
    private long end;

    Wave(Feed feed, Collection<Watcher> watchers) {
        this.feed = feed;
        long from = Long.MAX_VALUE;
        for (var watcher : watchers) {
            from = Math.min(from, watcher.next);
            index.add(watcher);
        }
        end = from - 1;
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

    Slice read() throws CompactedException {
        // Before reading: what is published later may be missing from an empty answer.
        long newest = feed.newest();
        var portions = new ArrayList<Portion>();
        var batch = cursor.next(SLICE_BYTES);
        for (var revised : batch) {
            index.spread(
                    revised,
                    (watcher, revision, events) ->
                            portions.add(new Portion(watcher, revision, events)));
            end = revised.revision();
        }
        if (batch.isEmpty()) {
            end = Math.max(end, newest);
        }
        return new Slice(portions, end);
    }

    void close() {
        cursor.close();
    }
}
