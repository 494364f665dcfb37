package dev.mainstay.statemachine.mvcc;

import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// An immutable key. Keys sort as unsigned bytes, the order in which the store keeps them.
public final class Key implements Comparable<Key> {

    private final byte[] bytes;

    private Key(byte[] bytes) {
        this.bytes = bytes;
    }

    public static Key copyOf(byte... bytes) {
        return new Key(bytes.clone());
    }

    /// Without a copy: the caller gives the array away.
    public static Key wrap(byte[] bytes) {
        return new Key(bytes);
    }

    /// The smallest key greater than this one, hence the exclusive end of a one-key range.
    public Key successor() {
        return new Key(Arrays.copyOf(bytes, bytes.length + 1));
    }

    public int length() {
        return bytes.length;
    }

    public byte[] toByteArray() {
        return bytes.clone();
    }

    /// The key's own bytes, without a copy: only for reading.
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public int compareTo(Key other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Key key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
