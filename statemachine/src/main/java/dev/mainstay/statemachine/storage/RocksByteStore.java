package dev.mainstay.statemachine.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Checkpoint;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;

/// A byte store in a RocksDB without a log of its own; reads from any thread, the rest from one
/// thread at a time.
///
/// - Nothing is written but through [#write], always without RocksDB's log.
/// - Every flush takes all families, so the files on disk are always one prefix of the batches.
/// - The native objects live until the store, its snapshots and its cursors are closed.
public final class RocksByteStore implements ByteStore {

    private final RocksDatabase database;
    private final RocksReader newest;
    private final boolean isReadOnly;
    private final AtomicLong snapshots = new AtomicLong();

    /// Why nothing may be written any more, or null. Volatile: checkpoints may come from another
    /// thread than writes.
    private volatile @Nullable StorageFailure refusal;

    private RocksByteStore(RocksDatabase database, boolean isReadOnly) {
        this.database = database;
        this.isReadOnly = isReadOnly;
        newest = new RocksReader(database, database.lifetime, database.newest, null);
    }

    /// Opens the store in `directory`, or makes an empty one there.
    public static RocksByteStore open(Path directory, RocksSettings settings) {
        return open(directory, settings, () -> {});
    }

    /// As above; `gone` runs once the store is closed and so is the last of its snapshots and
    /// cursors, on whatever thread that happens: nothing of `directory` is open any more.
    public static RocksByteStore open(Path directory, RocksSettings settings, Runnable gone) {
        return new RocksByteStore(RocksDatabase.open(directory, settings, false, gone), false);
    }

    /// Opens what a checkpoint holds, without changing a file; takes reads and [#verify].
    public static RocksByteStore openReadOnly(Path directory, RocksSettings settings) {
        return new RocksByteStore(RocksDatabase.open(directory, settings, true), true);
    }

    @Override
    public byte @Nullable [] get(Family family, byte[] key) {
        return newest.get(family, key);
    }

    @Override
    public ByteCursor scan(Family family, byte[] from, byte @Nullable [] to, boolean descending) {
        return newest.scan(family, from, to, descending);
    }

    @Override
    public ByteSnapshot openSnapshot() {
        database.lifetime.enter();
        snapshots.incrementAndGet();
        return new RocksSnapshot(database, snapshots::decrementAndGet);
    }

    @Override
    public ByteBatch newBatch() {
        return new RocksBatch(database.ids());
    }

    @Override
    public void write(ByteBatch batch) {
        var written = (RocksBatch) batch;
        written.checkOpen();
        change("cannot write", () -> write(written));
    }

    @Override
    public void flush() {
        change("cannot flush", () -> flush(true));
    }

    @Override
    public void startFlush() {
        change("cannot start a flush", this::beginFlush);
    }

    @Override
    public void checkpoint(Path directory) {
        if (Files.exists(directory)) {
            throw new StorageFailure("the checkpoint's directory exists already: " + directory);
        }
        change("cannot write the checkpoint " + directory, () -> writeCheckpoint(directory));
        // RocksDB has made the files and the directory durable, but not the directory's name.
        try (var parent =
                FileChannel.open(directory.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            parent.force(true);
        } catch (IOException e) {
            throw new StorageFailure("cannot sync the checkpoint's name " + directory, e);
        }
    }

    @Override
    public void verify() {
        use("a file is damaged", database.rocks::verifyChecksum);
    }

    @Override
    public Map<String, Long> gauges() {
        var gauges = new TreeMap<String, Long>();
        use("cannot read figures", () -> readGauges(gauges));
        return gauges;
    }

    @Override
    public synchronized void close() {
        if (database.lifetime.isClosed()) {
            return;
        }
        try {
            if (!isReadOnly && refusal == null) {
                flush();
            }
        } finally {
            database.lifetime.close();
        }
    }

    private void write(RocksBatch batch) throws RocksDBException {
        if (batch.count() == 0) {
            return;
        }
        try (var nativeBatch = new WriteBatch(batch.serialized())) {
            database.rocks.write(database.unlogged, nativeBatch);
        }
    }

    private void beginFlush() throws RocksDBException {
        try {
            flush(false);
        } catch (RocksDBException e) {
            // RocksDB does not start one while it has stopped writes to catch up. So wait here, as
            // the next write would.
            if (!isBusy(e)) {
                throw e;
            }
            flush(true);
        }
    }

    private static boolean isBusy(RocksDBException e) {
        var status = e.getStatus();
        return status != null && status.getCode() == Status.Code.TryAgain;
    }

    private void flush(boolean waits) throws RocksDBException {
        // One that does not wait must not wait for compactions either.
        try (var options = new FlushOptions().setWaitForFlush(waits).setAllowWriteStall(!waits)) {
            database.rocks.flush(options, database.handles());
        }
    }

    private void writeCheckpoint(Path directory) throws RocksDBException {
        try (var checkpoint = Checkpoint.create(database.rocks)) {
            checkpoint.createCheckpoint(directory.toString());
        }
    }

    private void readGauges(Map<String, Long> gauges) throws RocksDBException {
        gauges.put("bytes_on_disk", sum("rocksdb.total-sst-files-size"));
        gauges.put("memtable_bytes", sum("rocksdb.cur-size-all-mem-tables"));
        gauges.put("table_readers_bytes", sum("rocksdb.estimate-table-readers-mem"));
        gauges.put("pending_compaction_bytes", sum("rocksdb.estimate-pending-compaction-bytes"));
        gauges.put("background_errors", sum("rocksdb.background-errors"));
        gauges.put("running_compactions", one("rocksdb.num-running-compactions"));
        gauges.put("running_flushes", one("rocksdb.num-running-flushes"));
        gauges.put("write_stopped", one("rocksdb.is-write-stopped"));
        gauges.put("cache_bytes", database.cacheBytes());
        gauges.put("open_snapshots", snapshots.get());
    }

    private long sum(String property) throws RocksDBException {
        return database.rocks.getAggregatedLongProperty(property);
    }

    private long one(String property) throws RocksDBException {
        return database.rocks.getLongProperty(property);
    }

    /// Does what needs a store that may be written to; after a failure it may not.
    private void change(String failureText, NativeCall call) {
        if (isReadOnly) {
            throw new IllegalStateException("the store was opened for reading only");
        }
        var earlier = refusal;
        if (earlier != null) {
            throw new StorageFailure("refused after: " + earlier.getMessage(), earlier);
        }
        try {
            use(failureText, call);
        } catch (StorageFailure e) {
            refusal = e;
            throw e;
        }
    }

    private void use(String failureText, NativeCall call) {
        database.lifetime.enter();
        try {
            call.run();
        } catch (RocksDBException e) {
            throw RocksDatabase.failure(failureText, e);
        } finally {
            database.lifetime.leave();
        }
    }

    private interface NativeCall {
        void run() throws RocksDBException;
    }
}
