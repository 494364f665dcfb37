package dev.mainstay.statemachine.mvcc;

import java.util.Arrays;

/// The stored forms of one version. In `current`: the key alone, to `mod create version lease
/// value`. In `history`: the escaped key and the complement of the version's revision, so that a
/// key's newest version comes first, to `end` and the same record; `end` is the revision that
/// superseded or deleted it. All numbers are 64-bit big-endian.
public final class Records {

    private static final int HEADER = 32;

    private Records() {}

    public static byte[] current(Version version) {
        var row = new byte[HEADER + version.value().length];
        encode(row, 0, version);
        return row;
    }

    public static Version version(byte[] row) {
        return decode(row, 0);
    }

    static long modRevision(byte[] row) {
        return Numbers.int64(row, 0);
    }

    public static byte[] history(Version version, long end) {
        var row = new byte[8 + HEADER + version.value().length];
        Numbers.int64(row, 0, end);
        encode(row, 8, version);
        return row;
    }

    static long historyEnd(byte[] row) {
        return Numbers.int64(row, 0);
    }

    static Version historyVersion(byte[] row) {
        return decode(row, 8);
    }

    public static byte[] historyKey(Key key, long modRevision) {
        var escaped = escape(key);
        var row = Arrays.copyOf(escaped, escaped.length + 8);
        Numbers.int64(row, escaped.length, ~modRevision);
        return row;
    }

    static long historyKeyRevision(byte[] row) {
        return ~Numbers.int64(row, row.length - 8);
    }

    /// Keeps the order of keys and lets none be the beginning of another: 0 becomes `0 255`, the
    /// end is `0 0`.
    static byte[] escape(Key key) {
        var bytes = key.bytes();
        int zeros = 0;
        for (byte b : bytes) {
            zeros += b == 0 ? 1 : 0;
        }
        var escaped = new byte[bytes.length + zeros + 2];
        int at = 0;
        for (byte b : bytes) {
            escaped[at++] = b;
            if (b == 0) {
                escaped[at++] = (byte) 0xFF;
            }
        }
        return escaped;
    }

    /// The key of a row of `history`.
    static Key unescape(byte[] row) {
        int end = row.length - 10;
        var bytes = new byte[end];
        int size = 0;
        for (int at = 0; at < end; at++) {
            bytes[size++] = row[at];
            if (row[at] == 0) {
                at++;
            }
        }
        return Key.wrap(size == end ? bytes : Arrays.copyOf(bytes, size));
    }

    private static void encode(byte[] row, int at, Version version) {
        Numbers.int64(row, at, version.modRevision());
        Numbers.int64(row, at + 8, version.createRevision());
        Numbers.int64(row, at + 16, version.version());
        Numbers.int64(row, at + 24, version.lease());
        System.arraycopy(version.value(), 0, row, at + HEADER, version.value().length);
    }

    private static Version decode(byte[] row, int at) {
        return new Version(
                Numbers.int64(row, at),
                Numbers.int64(row, at + 8),
                Numbers.int64(row, at + 16),
                Numbers.int64(row, at + 24),
                Arrays.copyOfRange(row, at + HEADER, row.length));
    }
}
