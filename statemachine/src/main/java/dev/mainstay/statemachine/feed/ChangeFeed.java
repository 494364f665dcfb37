package dev.mainstay.statemachine.feed;

import dev.mainstay.statemachine.mvcc.Version;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// The feed of one group on this member: a ring of the newest revisions, over a [ChangeSource] for
/// older ones. The apply thread attaches and publishes; cursors belong to their readers' threads.
///
/// - The ring holds consecutive revisions, the last of which is [#newest], or nothing.
/// - A reader takes references out under the lock, and copies nothing.
public final class ChangeFeed implements Feed {

    private static final int OVERHEAD_BYTES = 160;

    private final long bytesMax;
    private final CopyOnWriteArrayList<Listener> listeners = new CopyOnWriteArrayList<>();

    /// Guards all fields below.
    private final Object lock = new Object();

    private final Ring ring = new Ring();
    private long newest = 1;
    private long kvFloor;
    private @Nullable ChangeSource source;

    /// Keeps about `bytesMax` bytes of changes in memory.
    public ChangeFeed(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /// A store takes over, with its state as it is now. Cursors go on from its `changes`.
    public void attach(ChangeSource store, long newestRevision, long newKvFloor) {
        synchronized (lock) {
            if (newestRevision != newest) {
                ring.clear();
            }
            source = store;
            newest = newestRevision;
            kvFloor = newKvFloor;
        }
        tell(newestRevision);
    }

    /// The store has written these revisions, which follow [#newest], and has this KV floor now.
    public void publish(List<Revised> revised, long newKvFloor) {
        long last;
        synchronized (lock) {
            for (var one : revised) {
                assert one.revision() == newest + 1
                        : "revision " + one.revision() + " after " + newest;
                newest = one.revision();
                ring.add(one, bytes(one));
            }
            while (ring.bytes() > bytesMax) {
                ring.remove();
            }
            kvFloor = newKvFloor;
            last = newest;
        }
        tell(last);
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
    public long newest() {
        synchronized (lock) {
            return newest;
        }
    }

    @Override
    public FeedCursor open(long from) {
        synchronized (lock) {
            return new Cursor(from, from >= kvFloor);
        }
    }

    /// Bytes held in memory.
    public long memoryBytes() {
        synchronized (lock) {
            return ring.bytes();
        }
    }

    @SuppressWarnings("ReferenceEquality") // the same store, not one like it
    private boolean isAttached(ChangeSource older) {
        synchronized (lock) {
            return source == older;
        }
    }

    private void tell(long newestRevision) {
        for (var listener : listeners) {
            listener.published(newestRevision);
        }
    }

    private static int bytes(Revised revised) {
        long bytes = OVERHEAD_BYTES;
        for (var change : revised.changes()) {
            bytes += OVERHEAD_BYTES + change.key().length();
            bytes += bytes(change.now()) + bytes(change.before());
        }
        return (int) Math.min(bytes, Integer.MAX_VALUE);
    }

    private static long bytes(@Nullable Version version) {
        return version == null ? 0 : version.value().length;
    }

    private final class Cursor implements FeedCursor {

        /// Whether the cursor once was at or above the KV floor. If so it may go on from memory
        /// whatever the floor does: what it gets is what it would have got a moment earlier.
        private final boolean wasAbove;

        /// Volatile: [#at] may be asked by other threads.
        private volatile long at;

        private Cursor(long from, boolean wasAbove) {
            this.at = from;
            this.wasAbove = wasAbove;
        }

        @Override
        public List<Revised> next(long batchBytesMax) throws CompactedException {
            while (true) {
                ChangeSource older;
                long upTo;
                synchronized (lock) {
                    if (!wasAbove && at < kvFloor) {
                        throw new CompactedException(kvFloor);
                    }
                    older = source;
                    upTo = newest;
                    if (at > upTo || older == null) {
                        return List.of();
                    }
                    if (ring.has(at)) {
                        return moved(ring.from(at, batchBytesMax));
                    }
                }
                try {
                    return moved(older.read(at, upTo, batchBytesMax));
                } catch (IllegalStateException e) {
                    // The store was closed because another one has taken its place.
                    if (isAttached(older)) {
                        throw e;
                    }
                }
            }
        }

        @Override
        public boolean isNear() {
            synchronized (lock) {
                return at > newest || ring.has(at);
            }
        }

        @Override
        public long at() {
            return at;
        }

        @Override
        public void close() {
            // Holds nothing.
        }

        private List<Revised> moved(List<Revised> batch) {
            if (!batch.isEmpty()) {
                at = batch.getLast().revision() + 1;
            }
            return batch;
        }
    }
}
