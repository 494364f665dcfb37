package dev.mainstay.statemachine.mvcc;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Reads what a [ByteSink] wrote, strictly: whatever no sink would have written is a
/// [MalformedBytesException], and a length is believed only as far as bytes are there. Leaves the
/// buffer's own position alone. Belongs to one thread.
public final class ByteSource {

    private final ByteBuffer bytes;
    private final int start;

    public ByteSource(ByteBuffer buffer) {
        bytes = buffer.duplicate();
        start = bytes.position();
    }

    public ByteSource(byte[] array) {
        this(ByteBuffer.wrap(array));
    }

    public int remaining() {
        return bytes.remaining();
    }

    /// Bytes read so far.
    public int offset() {
        return bytes.position() - start;
    }

    public int int8() {
        need(1);
        return bytes.get() & 0xFF;
    }

    public boolean flag() {
        int value = int8();
        if (value > 1) {
            throw malformedBehind(1, "no truth value: " + value);
        }
        return value == 1;
    }

    public int int32() {
        need(4);
        return bytes.getInt();
    }

    public long int64() {
        need(8);
        return bytes.getLong();
    }

    public long varint() {
        long value = 0;
        int shift = 0;
        while (true) {
            int next = int8();
            if (shift == 63 && next > 1) {
                throw malformedBehind(1, "number too large");
            }
            value |= (long) (next & 0x7F) << shift;
            if (next < 0x80) {
                if (next == 0 && shift > 0) {
                    throw malformedBehind(1, "number longer than needed");
                }
                return value;
            }
            shift += 7;
        }
    }

    /// A number of things of which each takes at least `bytesEach` bytes.
    public int count(int bytesEach) {
        int at = offset();
        long count = varint();
        if (count < 0 || count > bytes.remaining() / bytesEach) {
            throw new MalformedBytesException(at, "count beyond the end: " + count);
        }
        return (int) count;
    }

    public byte[] blob() {
        return raw(count(1));
    }

    public byte[] raw(int length) {
        need(length);
        var value = new byte[length];
        bytes.get(value);
        return value;
    }

    public String text() {
        int length = count(1);
        int at = offset();
        var encoded = ByteBuffer.wrap(raw(length));
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(encoded).toString();
        } catch (CharacterCodingException e) {
            var malformed = new MalformedBytesException(at, "no UTF-8");
            malformed.initCause(e);
            throw malformed;
        }
    }

    public void end() {
        if (bytes.hasRemaining()) {
            throw malformed("%d bytes too many".formatted(bytes.remaining()));
        }
    }

    public MalformedBytesException malformed(String what) {
        return malformedBehind(0, what);
    }

    /// The mistake lies in the last `back` bytes read.
    public MalformedBytesException malformedBehind(int back, String what) {
        return new MalformedBytesException(offset() - back, what);
    }

    private void need(int count) {
        if (count > bytes.remaining()) {
            throw malformed("%d bytes too few".formatted(count - bytes.remaining()));
        }
    }
}
