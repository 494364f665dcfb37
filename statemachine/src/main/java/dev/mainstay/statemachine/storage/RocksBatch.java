package dev.mainstay.statemachine.storage;

import java.util.Arrays;

/// A batch in RocksDB's own serialized form, so that it crosses to native code in one call instead
/// of one per record. One thread.
///
/// The form, from RocksDB's `write_batch.cc`: 8 bytes sequence (0), 4 bytes count, little-endian,
/// then the records; each is a tag, the family's number unless it is 0, and one or two byte
/// strings, with numbers and lengths as varint32. `RocksBatchTest` compares it with RocksDB's.
final class RocksBatch implements ByteBatch {

    private static final int COUNT_AT = 8;
    private static final int HEADER_BYTES = 12;

    /// Tag, family, and two lengths.
    private static final int RECORD_OVERHEAD_MAX = 1 + 3 * 5;

    /// A batch that once was bigger than this gives its memory back.
    private static final int KEPT_BYTES_MAX = 4 << 20;

    /// The longest array that every JVM can make.
    private static final int BYTES_MAX = Integer.MAX_VALUE - 16;

    private static final byte DELETE = 0x00;
    private static final byte PUT = 0x01;
    private static final byte FAMILY_DELETE = 0x04;
    private static final byte FAMILY_PUT = 0x05;
    private static final byte FAMILY_DELETE_RANGE = 0x0E;
    private static final byte DELETE_RANGE = 0x0F;

    private final PerFamily<Integer> ids;
    private byte[] buffer = new byte[4096];
    private int length = HEADER_BYTES;
    private int count;
    private boolean isClosed;

    RocksBatch(PerFamily<Integer> ids) {
        this.ids = ids;
    }

    @Override
    public void put(Family family, byte[] key, byte[] value) {
        begin(PUT, FAMILY_PUT, family, key.length + value.length);
        append(key);
        append(value);
    }

    @Override
    public void delete(Family family, byte[] key) {
        begin(DELETE, FAMILY_DELETE, family, key.length);
        append(key);
    }

    @Override
    public void deleteRange(Family family, byte[] from, byte[] to) {
        if (Arrays.compareUnsigned(from, to) >= 0) {
            checkOpen();
            return;
        }
        begin(DELETE_RANGE, FAMILY_DELETE_RANGE, family, from.length + to.length);
        append(from);
        append(to);
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public long bytes() {
        return length;
    }

    @Override
    public void clear() {
        checkOpen();
        length = HEADER_BYTES;
        count = 0;
        if (buffer.length > KEPT_BYTES_MAX) {
            buffer = new byte[4096];
        }
    }

    @Override
    public void close() {
        isClosed = true;
    }

    void checkOpen() {
        if (isClosed) {
            throw new IllegalStateException("the batch is closed");
        }
    }

    /// The batch as RocksDB reads it.
    byte[] serialized() {
        var bytes = Arrays.copyOf(buffer, length);
        for (int i = 0; i < 4; i++) {
            bytes[COUNT_AT + i] = (byte) (count >>> (8 * i));
        }
        return bytes;
    }

    private void begin(byte tag, byte familyTag, Family family, int payload) {
        checkOpen();
        reserve(Math.addExact(payload, RECORD_OVERHEAD_MAX));
        count++;
        int id = ids.of(family);
        if (id == 0) {
            buffer[length++] = tag;
        } else {
            buffer[length++] = familyTag;
            appendVarint(id);
        }
    }

    private void append(byte[] bytes) {
        appendVarint(bytes.length);
        System.arraycopy(bytes, 0, buffer, length, bytes.length);
        length += bytes.length;
    }

    private void appendVarint(int number) {
        int rest = number;
        while (rest >= 0x80) {
            buffer[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        buffer[length++] = (byte) rest;
    }

    private void reserve(int more) {
        int needed = Math.addExact(length, more);
        if (needed > buffer.length) {
            buffer =
                    Arrays.copyOf(
                            buffer,
                            Math.max(needed, (int) Math.min(2L * buffer.length, BYTES_MAX)));
        }
    }
}
