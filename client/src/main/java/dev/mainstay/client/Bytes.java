package dev.mainstay.client;

import com.google.protobuf.ByteString;
import java.util.Objects;

/// An immutable sequence of bytes: a key or a value. Ordered as unsigned bytes, like keys are.
public final class Bytes implements Comparable<Bytes> {

    public static final Bytes EMPTY = new Bytes(ByteString.EMPTY);

    private final ByteString wire;

    private Bytes(ByteString wire) {
        this.wire = wire;
    }

    /// The UTF-8 form of `text`.
    public static Bytes of(String text) {
        return new Bytes(ByteString.copyFromUtf8(text));
    }

    /// A copy of `bytes`.
    public static Bytes of(byte[] bytes) {
        return new Bytes(ByteString.copyFrom(bytes));
    }

    static Bytes of(ByteString wire) {
        return wire.isEmpty() ? EMPTY : new Bytes(wire);
    }

    ByteString wire() {
        return wire;
    }

    public int size() {
        return wire.size();
    }

    public boolean isEmpty() {
        return wire.isEmpty();
    }

    public byte[] toArray() {
        return wire.toByteArray();
    }

    /// Read as UTF-8; malformed bytes become U+FFFD.
    public String text() {
        return wire.toStringUtf8();
    }

    public boolean startsWith(Bytes prefix) {
        return wire.startsWith(Objects.requireNonNull(prefix).wire);
    }

    @Override
    public int compareTo(Bytes other) {
        return ByteString.unsignedLexicographicalComparator().compare(wire, other.wire);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes bytes && wire.equals(bytes.wire);
    }

    @Override
    public int hashCode() {
        return wire.hashCode();
    }

    @Override
    public String toString() {
        return text();
    }
}
