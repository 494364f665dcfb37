package dev.mainstay.statemachine.storage;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A byte store in memory, for tests; reads from any thread, the rest from one thread at a time.
///
/// - One field holds the whole state, immutable: a batch takes effect by replacing it, a snapshot
///   is a reference to it.
/// - What a crash would leave is the state at the last flush, see [#crash].
public final class MemoryByteStore implements ByteStore {

    private final AtomicLong snapshots = new AtomicLong();

    /// Volatile: readers on other threads see whole batches, in order.
    private volatile MemoryState newest;

    private volatile MemoryState flushed;

    /// Volatile: closing may happen beside reads.
    private volatile boolean isClosed;

    public MemoryByteStore() {
        this(MemoryState.EMPTY);
    }

    private MemoryByteStore(MemoryState state) {
        newest = state;
        flushed = state;
    }

    /// A store that holds what a checkpoint of a memory store holds.
    public static MemoryByteStore openCheckpoint(Path directory) {
        return new MemoryByteStore(MemoryImage.read(directory));
    }

    /// The store that a crash of the process at this moment would leave; this one is unchanged.
    public MemoryByteStore crash() {
        return new MemoryByteStore(flushed);
    }

    @Override
    public byte @Nullable [] get(Family family, byte[] key) {
        return current().get(family, key);
    }

    @Override
    public ByteCursor scan(Family family, byte[] from, byte @Nullable [] to, boolean descending) {
        return new Cursor(current().family(family).walk(from, to, descending));
    }

    @Override
    public ByteSnapshot openSnapshot() {
        var state = current();
        snapshots.incrementAndGet();
        return new Snapshot(state);
    }

    @Override
    public ByteBatch newBatch() {
        checkOpen();
        return new Batch();
    }

    @Override
    public void write(ByteBatch batch) {
        checkOpen();
        var written = (Batch) batch;
        written.checkOpen();
        newest = newest.with(written.steps);
    }

    @Override
    public void flush() {
        checkOpen();
        flushed = newest;
    }

    @Override
    public void startFlush() {
        flush();
    }

    @Override
    public void checkpoint(Path directory) {
        flush();
        MemoryImage.write(flushed, directory);
    }

    @Override
    public void verify() {
        checkOpen();
    }

    @Override
    public Map<String, Long> gauges() {
        checkOpen();
        return Map.of(
                "bytes_on_disk", 0L,
                "memtable_bytes", 0L,
                "cache_bytes", 0L,
                "open_snapshots", snapshots.get());
    }

    @Override
    public void close() {
        if (!isClosed) {
            flush();
            isClosed = true;
        }
    }

    private MemoryState current() {
        checkOpen();
        return newest;
    }

    private void checkOpen() {
        if (isClosed) {
            throw new IllegalStateException("the store is closed");
        }
    }

    private final class Snapshot implements ByteSnapshot {

        private final MemoryState state;

        /// Volatile: closing may happen beside reads.
        private volatile boolean isSnapshotClosed;

        private Snapshot(MemoryState state) {
            this.state = state;
        }

        @Override
        public byte @Nullable [] get(Family family, byte[] key) {
            checkSnapshotOpen();
            return state.get(family, key);
        }

        @Override
        public ByteCursor scan(
                Family family, byte[] from, byte @Nullable [] to, boolean descending) {
            checkSnapshotOpen();
            return new Cursor(state.family(family).walk(from, to, descending));
        }

        @Override
        public synchronized void close() {
            if (!isSnapshotClosed) {
                isSnapshotClosed = true;
                snapshots.decrementAndGet();
            }
        }

        private void checkSnapshotOpen() {
            if (isSnapshotClosed) {
                throw new IllegalStateException("the snapshot is closed");
            }
        }
    }

    private static final class Cursor implements ByteCursor {

        private final SortedBytes.Walk walk;
        private SortedBytes.@Nullable Node entry;
        private boolean isCursorClosed;

        private Cursor(SortedBytes.Walk walk) {
            this.walk = walk;
        }

        @Override
        public boolean next() {
            if (isCursorClosed) {
                throw new IllegalStateException("the cursor is closed");
            }
            entry = walk.next();
            return entry != null;
        }

        @Override
        public byte[] key() {
            return entry().key().clone();
        }

        @Override
        public byte[] value() {
            return entry().value().clone();
        }

        @Override
        public void close() {
            isCursorClosed = true;
            entry = null;
        }

        private SortedBytes.Node entry() {
            if (entry == null) {
                throw new IllegalStateException("the cursor is not at an entry");
            }
            return entry;
        }
    }

    private static final class Batch implements ByteBatch {

        private final List<MemoryState.Step> steps = new ArrayList<>();
        private long bytes;
        private boolean isBatchClosed;

        @Override
        public void put(Family family, byte[] key, byte[] value) {
            add(new MemoryState.Step.Put(family, key.clone(), value.clone()));
            bytes += key.length + value.length;
        }

        @Override
        public void delete(Family family, byte[] key) {
            add(new MemoryState.Step.Delete(family, key.clone()));
            bytes += key.length;
        }

        @Override
        public void deleteRange(Family family, byte[] from, byte[] to) {
            add(new MemoryState.Step.DeleteRange(family, from.clone(), to.clone()));
            bytes += from.length + to.length;
        }

        @Override
        public int count() {
            return steps.size();
        }

        @Override
        public long bytes() {
            return bytes;
        }

        @Override
        public void clear() {
            checkOpen();
            steps.clear();
            bytes = 0;
        }

        @Override
        public void close() {
            isBatchClosed = true;
        }

        private void add(MemoryState.Step step) {
            checkOpen();
            steps.add(step);
        }

        private void checkOpen() {
            if (isBatchClosed) {
                throw new IllegalStateException("the batch is closed");
            }
        }
    }
}
