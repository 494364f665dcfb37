package dev.mainstay.statemachine.mvcc;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The rows of the meta family: `p` to the [Marks], `s name` to a setting, `m n` to the revision at
/// which the LSN reached `n` MB. And those of `outcome_age`: a revision and a log index to the keys
/// of outcome rows.
public final class MetaRows {

    private static final byte MARKS = 'p';
    private static final byte SETTING = 's';
    private static final byte MEGABYTE = 'm';

    private MetaRows() {}

    public static byte[] marks() {
        return new byte[] {MARKS};
    }

    public static byte[] setting(String name) {
        var bytes = name.getBytes(StandardCharsets.UTF_8);
        var row = new byte[bytes.length + 1];
        row[0] = SETTING;
        System.arraycopy(bytes, 0, row, 1, bytes.length);
        return row;
    }

    static byte[] endOfSettings() {
        return new byte[] {SETTING + 1};
    }

    static String settingName(byte[] row) {
        return new String(row, 1, row.length - 1, StandardCharsets.UTF_8);
    }

    public static byte[] megabyte(long number) {
        var row = new byte[9];
        row[0] = MEGABYTE;
        Numbers.int64(row, 1, number);
        return row;
    }

    public static byte[] number(long value) {
        var row = new byte[8];
        Numbers.int64(row, 0, value);
        return row;
    }

    public static long number(byte[] row) {
        return Numbers.int64(row, 0);
    }

    public static byte[] outcomeAge(long revision, long index) {
        var row = new byte[16];
        Numbers.int64(row, 0, revision);
        Numbers.int64(row, 8, index);
        return row;
    }

    /// The smallest byte string greater than all that begin with `prefix`, if `prefix` begins with
    /// a byte below 255.
    static byte[] endOfPrefix(byte[] prefix) {
        int last = prefix.length - 1;
        while (prefix[last] == (byte) 0xFF) {
            last--;
        }
        var end = Arrays.copyOf(prefix, last + 1);
        end[last]++;
        return end;
    }
}
