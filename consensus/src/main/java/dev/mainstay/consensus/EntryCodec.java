package dev.mainstay.consensus;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// The bytes of an entry: version (1), leader's micros (8), count (4), then each command with its
/// length (4) before it. All numbers big endian. Frozen: entries outlive the program.
public final class EntryCodec {

    static final byte VERSION = 1;
    static final int HEADER_BYTES = 1 + 8 + 4;
    static final int COMMAND_HEADER_BYTES = 4;

    private EntryCodec() {}

    public static byte[] encode(long leaderMicros, List<byte[]> commands) {
        int bytes = HEADER_BYTES;
        for (var command : commands) {
            bytes += COMMAND_HEADER_BYTES + command.length;
        }
        var buffer = ByteBuffer.allocate(bytes);
        buffer.put(VERSION).putLong(leaderMicros).putInt(commands.size());
        for (var command : commands) {
            buffer.putInt(command.length).put(command);
        }
        return buffer.array();
    }

    /// Takes an entry apart. The commands are views of `bytes`, nothing is copied.
    ///
    /// @throws IllegalArgumentException when these are not the bytes of an entry
    public static Entry decode(LogPosition at, ByteBuffer bytes) {
        var buffer = bytes.asReadOnlyBuffer();
        if (buffer.remaining() < HEADER_BYTES) {
            throw damaged(at, "shorter than a header");
        }
        byte version = buffer.get();
        if (version != VERSION) {
            throw damaged(at, "version " + version);
        }
        long leaderMicros = buffer.getLong();
        int count = buffer.getInt();
        var commands = new ArrayList<ByteBuffer>();
        for (int i = 0; i < count; i++) {
            int length = buffer.remaining() < COMMAND_HEADER_BYTES ? -1 : buffer.getInt();
            if (length < 0 || length > buffer.remaining()) {
                throw damaged(at, "command " + i + " of " + count + " is cut off");
            }
            commands.add(buffer.slice(buffer.position(), length));
            buffer.position(buffer.position() + length);
        }
        if (count < 0 || buffer.hasRemaining()) {
            throw damaged(at, buffer.remaining() + " bytes after " + count + " commands");
        }
        return new Entry(at, leaderMicros, commands);
    }

    private static IllegalArgumentException damaged(LogPosition at, String how) {
        return new IllegalArgumentException("not an entry at " + at + ": " + how);
    }
}
