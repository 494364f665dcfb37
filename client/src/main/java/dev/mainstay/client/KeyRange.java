package dev.mainstay.client;

import com.google.protobuf.ByteString;
import java.util.Objects;

/// Which keys: one, or all from a first one up to, and without, an end.
///
/// @param from the first key
/// @param end empty = only the key `from`; one zero byte = no end; else the first key left out
public record KeyRange(Bytes from, Bytes end) {

    private static final Bytes ZERO = Bytes.of(new byte[1]);

    public KeyRange {
        Objects.requireNonNull(from);
        Objects.requireNonNull(end);
        if (from.isEmpty()) {
            throw new IllegalArgumentException("a key has at least one byte");
        }
    }

    public static KeyRange key(Bytes key) {
        return new KeyRange(key, Bytes.EMPTY);
    }

    public static KeyRange key(String key) {
        return key(Bytes.of(key));
    }

    /// All keys that begin with `prefix`; the empty one means all keys.
    public static KeyRange prefix(Bytes prefix) {
        var end = prefix.toArray();
        int last = end.length - 1;
        while (last >= 0 && end[last] == (byte) 0xff) {
            last--;
        }
        if (prefix.isEmpty()) {
            return all();
        }
        if (last < 0) {
            return from(prefix);
        }
        end[last]++;
        return new KeyRange(prefix, Bytes.of(ByteString.copyFrom(end, 0, last + 1)));
    }

    public static KeyRange prefix(String prefix) {
        return prefix(Bytes.of(prefix));
    }

    /// `from` and every key after it.
    public static KeyRange from(Bytes from) {
        return new KeyRange(from, ZERO);
    }

    /// From `from` on, without `end`. Empty when `end` is not after `from`.
    public static KeyRange between(Bytes from, Bytes end) {
        if (end.isEmpty()) {
            throw new IllegalArgumentException("an end has at least one byte");
        }
        return new KeyRange(from, end);
    }

    public static KeyRange all() {
        return new KeyRange(ZERO, ZERO);
    }

    public boolean isSingleKey() {
        return end.isEmpty();
    }
}
