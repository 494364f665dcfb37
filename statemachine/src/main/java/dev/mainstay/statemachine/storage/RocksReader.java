package dev.mainstay.statemachine.storage;

import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.Snapshot;

/// Reads of one state, newest or fixed. Any thread.
///
/// @param lifetime of the owner of this state: the database or a snapshot
/// @param options name the state
/// @param snapshot the state, null for the newest
record RocksReader(
        RocksDatabase database, Lifetime lifetime, ReadOptions options, @Nullable Snapshot snapshot)
        implements ByteReader {

    @Override
    public byte @Nullable [] get(Family family, byte[] key) {
        lifetime.enter();
        try {
            return database.rocks.get(database.handle(family), options, key);
        } catch (RocksDBException e) {
            throw RocksDatabase.failure("cannot read " + family, e);
        } finally {
            lifetime.leave();
        }
    }

    @Override
    public ByteCursor scan(Family family, byte[] from, byte @Nullable [] to, boolean descending) {
        lifetime.enter();
        return new RocksCursor(this, family, new RocksCursor.Range(from, to), descending);
    }
}
