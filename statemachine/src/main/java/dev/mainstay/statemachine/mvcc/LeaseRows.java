package dev.mainstay.statemachine.mvcc;

import java.util.Arrays;

/// The rows of the lease family: `L id` to the TTL in seconds, and `K id key` to nothing for each
/// key that hangs on the lease. Ids sort as signed numbers.
public final class LeaseRows {

    private static final byte LEASE = 'L';
    private static final byte KEY = 'K';

    private LeaseRows() {}

    public static byte[] lease(long id) {
        return row(LEASE, id, 0);
    }

    public static byte[] ttl(long seconds) {
        var value = new byte[8];
        Numbers.int64(value, 0, seconds);
        return value;
    }

    public static byte[] key(long id, Key key) {
        var row = row(KEY, id, key.length());
        System.arraycopy(key.bytes(), 0, row, 9, key.length());
        return row;
    }

    static byte[] firstLease() {
        return new byte[] {LEASE};
    }

    static byte[] endOfLeases() {
        return new byte[] {LEASE + 1};
    }

    static byte[] firstKey(long id) {
        return row(KEY, id, 0);
    }

    static byte[] endOfKeys(long id) {
        return id == Long.MAX_VALUE ? new byte[] {KEY + 1} : row(KEY, id + 1, 0);
    }

    static long id(byte[] row) {
        return Numbers.int64(row, 1) ^ Long.MIN_VALUE;
    }

    static long seconds(byte[] value) {
        return Numbers.int64(value, 0);
    }

    static Key key(byte[] row) {
        return Key.wrap(Arrays.copyOfRange(row, 9, row.length));
    }

    private static byte[] row(byte kind, long id, int more) {
        var row = new byte[9 + more];
        row[0] = kind;
        Numbers.int64(row, 1, id ^ Long.MIN_VALUE);
        return row;
    }
}
