package dev.mainstay.statemachine.storage;

import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;

/// A fixed state of a RocksDB, which it keeps open. Any thread.
final class RocksSnapshot implements ByteSnapshot {

    private final Lifetime lifetime;
    private final RocksReader reader;

    /// The caller has entered the database's lifetime, which the snapshot leaves at its end.
    ///
    /// @param afterEnd runs when the snapshot is freed
    RocksSnapshot(RocksDatabase database, Runnable afterEnd) {
        var snapshot = database.rocks.getSnapshot();
        var options = new ReadOptions().setSnapshot(snapshot);
        lifetime =
                new Lifetime(
                        "snapshot",
                        () -> {
                            options.close();
                            database.rocks.releaseSnapshot(snapshot);
                            snapshot.close();
                            afterEnd.run();
                            database.lifetime.leave();
                        });
        reader = new RocksReader(database, lifetime, options, snapshot);
    }

    @Override
    public byte @Nullable [] get(Family family, byte[] key) {
        return reader.get(family, key);
    }

    @Override
    public ByteCursor scan(Family family, byte[] from, byte @Nullable [] to, boolean descending) {
        return reader.scan(family, from, to, descending);
    }

    @Override
    public void close() {
        lifetime.close();
    }
}
