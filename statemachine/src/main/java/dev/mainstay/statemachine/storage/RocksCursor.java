package dev.mainstay.statemachine.storage;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/// A walk over a RocksDB; one thread. It is a use of its reader's lifetime until it is closed.
final class RocksCursor implements ByteCursor {

    private final RocksReader reader;
    private final Family family;
    private final Range range;
    private final boolean descending;

    /// The far end of the walk, where RocksDB stops by itself, also among deleted entries; null
    /// when there is none.
    private final @Nullable Slice bound;

    private final @Nullable ReadOptions boundOptions;
    private final RocksIterator iterator;
    private Place place;

    /// The caller has entered the reader's lifetime.
    RocksCursor(RocksReader reader, Family family, Range range, boolean descending) {
        this.reader = reader;
        this.family = family;
        this.range = range;
        this.descending = descending;
        var end = descending ? range.from : range.to;
        if (end == null || end.length == 0) {
            bound = null;
            boundOptions = null;
        } else {
            bound = new Slice(end);
            boundOptions = boundOptions(bound);
        }
        var options = boundOptions == null ? reader.options() : boundOptions;
        var database = reader.database();
        iterator = database.rocks.newIterator(database.handle(family), options);
        place = range.isEmpty() ? Place.END : Place.BEFORE;
    }

    @Override
    public boolean next() {
        switch (place) {
            case BEFORE -> start();
            case AT -> step();
            case END -> {
                return false;
            }
            case CLOSED -> throw new IllegalStateException("the cursor is closed");
        }
        if (iterator.isValid()) {
            place = Place.AT;
            return true;
        }
        place = Place.END;
        // An iterator also stops where it cannot read on.
        try {
            iterator.status();
        } catch (RocksDBException e) {
            throw RocksDatabase.failure("cannot read " + family, e);
        }
        return false;
    }

    @Override
    public byte[] key() {
        checkAtEntry();
        return iterator.key();
    }

    @Override
    public byte[] value() {
        checkAtEntry();
        return iterator.value();
    }

    @Override
    public void close() {
        if (place == Place.CLOSED) {
            return;
        }
        place = Place.CLOSED;
        iterator.close();
        if (boundOptions != null) {
            boundOptions.close();
        }
        if (bound != null) {
            bound.close();
        }
        reader.lifetime().leave();
    }

    private void start() {
        if (!descending) {
            iterator.seek(range.from);
        } else if (range.to == null) {
            iterator.seekToLast();
        } else {
            iterator.seekForPrev(range.to);
            if (iterator.isValid() && Arrays.equals(iterator.key(), range.to)) {
                iterator.prev();
            }
        }
    }

    private void step() {
        if (descending) {
            iterator.prev();
        } else {
            iterator.next();
        }
    }

    private void checkAtEntry() {
        if (place != Place.AT) {
            throw new IllegalStateException("the cursor is not at an entry");
        }
    }

    private ReadOptions boundOptions(Slice end) {
        var options = new ReadOptions();
        if (descending) {
            options.setIterateLowerBound(end);
        } else {
            options.setIterateUpperBound(end);
        }
        var snapshot = reader.snapshot();
        return snapshot == null ? options : options.setSnapshot(snapshot);
    }

    private enum Place {
        BEFORE,
        AT,
        END,
        CLOSED
    }

    /// The arrays belong to it.
    record Range(byte[] from, byte @Nullable [] to) {

        Range {
            from = from.clone();
            to = to == null ? null : to.clone();
        }

        boolean isEmpty() {
            return to != null && Arrays.compareUnsigned(from, to) >= 0;
        }
    }
}
