package dev.mainstay.consensus;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/// What a member asks of the others outside of Raft's own messages. Implemented by `server.peer`.
public interface Peers {

    /// What [#term] says when the member did not answer, or its group is not running.
    long NO_ANSWER = -1;

    /// Asks `member` for the current term of its group, now: the question leaves after this call
    /// began. `answer` hears once, on any thread, within the request timeout.
    void term(Member member, LongConsumer answer);

    /// Asks `leader` for a read index. `done` hears once, on any thread, within the request
    /// timeout.
    void readIndex(Member leader, Consumer<ReadIndex> done);

    /// Fetches the newest checkpoint of `leader` into the directory `into`, which may hold files of
    /// an earlier, broken-off attempt. Blocking; returns when every file is there, checked against
    /// its checksum and on disk. Interruptible.
    void fetchCheckpoint(Member leader, Path into) throws IOException, InterruptedException;
}
