package dev.mainstay.server.kv.watch;

import dev.mainstay.statemachine.feed.Change;
import dev.mainstay.statemachine.feed.CompactedException;
import dev.mainstay.statemachine.feed.Feed;
import dev.mainstay.statemachine.feed.FeedCursor;
import dev.mainstay.statemachine.feed.Revised;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.Keyspace;
import dev.mainstay.statemachine.mvcc.Version;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// A feed in memory, with a store of its own: what is written here is published at once.
final class MemoryFeed implements Feed {

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final List<Revised> history = new ArrayList<>();
    private final Map<Key, Version> current = new HashMap<>();
    private long floor;
    private long nearRevisions = 100;
    private volatile boolean isBroken;
    private int openCursors;

    /// One write of a transaction; `value` null deletes.
    record Write(String key, byte @Nullable [] value) {}

    static Write put(String key, String value) {
        return new Write(key, value.getBytes(StandardCharsets.UTF_8));
    }

    static Write delete(String key) {
        return new Write(key, null);
    }

    long write(Write... writes) {
        long revision;
        synchronized (this) {
            revision = newest() + 1;
            var changes = new ArrayList<Change>();
            for (var write : writes) {
                changes.add(change(write, revision));
            }
            history.add(new Revised(revision, changes));
        }
        listeners.forEach(listener -> listener.published(revision));
        return revision;
    }

    private Change change(Write write, long revision) {
        var key = Keyspace.kv(write.key().getBytes(StandardCharsets.UTF_8));
        var before = current.get(key);
        var value = write.value();
        if (value == null) {
            current.remove(key);
            return new Change(key, null, before);
        }
        var now =
                new Version(
                        revision,
                        before == null ? revision : before.createRevision(),
                        before == null ? 1 : before.version() + 1,
                        0,
                        value);
        current.put(key, now);
        return new Change(key, now, before);
    }

    /// A revision that changes no KV key.
    long writeElsewhere() {
        long revision;
        synchronized (this) {
            revision = newest() + 1;
            var key = Key.copyOf(Keyspace.SYSTEM, (byte) 'x');
            var version = new Version(revision, revision, 1, 0, new byte[0]);
            history.add(new Revised(revision, List.of(new Change(key, version, null))));
        }
        listeners.forEach(listener -> listener.published(revision));
        return revision;
    }

    synchronized void compact(long revision) {
        floor = revision;
    }

    /// How many of the newest revisions count as in memory.
    synchronized void nearRevisions(long count) {
        nearRevisions = count;
    }

    void breakReads() {
        isBroken = true;
    }

    synchronized int openCursors() {
        return openCursors;
    }

    @Override
    public void subscribe(Listener listener) {
        listeners.add(listener);
    }

    @Override
    public void unsubscribe(Listener listener) {
        listeners.remove(listener);
    }

    @Override
    public synchronized long newest() {
        return 1L + history.size();
    }

    @Override
    public synchronized FeedCursor open(long from) {
        openCursors++;
        return new Cursor(from);
    }

    private final class Cursor implements FeedCursor {

        private long at;

        Cursor(long from) {
            at = Math.max(2, from);
        }

        @Override
        public List<Revised> next(long bytesMax) throws CompactedException {
            synchronized (MemoryFeed.this) {
                if (isBroken && !isNear()) {
                    throw new IllegalStateException("the disk is broken");
                }
                if (at < floor) {
                    throw new CompactedException(floor);
                }
                var batch = new ArrayList<Revised>();
                long bytes = 0;
                while (at <= newest() && (batch.isEmpty() || bytes < bytesMax)) {
                    var revised = history.get((int) at - 2);
                    for (var change : revised.changes()) {
                        bytes += 100 + (change.now() == null ? 0 : change.now().value().length);
                    }
                    batch.add(revised);
                    at = revised.revision() + 1;
                }
                return batch;
            }
        }

        @Override
        public boolean isNear() {
            synchronized (MemoryFeed.this) {
                return at > newest() - nearRevisions;
            }
        }

        @Override
        public long at() {
            return at;
        }

        @Override
        public void close() {
            synchronized (MemoryFeed.this) {
                openCursors--;
            }
        }
    }
}
