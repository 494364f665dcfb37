package dev.mainstay.consensus;

import java.nio.ByteBuffer;
import java.util.List;

/// One committed entry of the log: the commands that travelled together, and the leader's clock
/// (microseconds since 1970) when they left. The buffers are read-only and may be read at any time.
public record Entry(LogPosition at, long leaderMicros, List<ByteBuffer> commands) {

    public Entry {
        commands = List.copyOf(commands);
    }
}
