package dev.mainstay.jepsen.workload;

import java.time.Duration;
import java.util.List;

/// One open watch, as a queue of what it brought.
interface WatchSource extends AutoCloseable {

    /// What a stream brings, in its order.
    sealed interface Signal {}

    /// Changes: `[[revision, [event, …]], …]`, see the watch checker.
    ///
    /// @param revision the last one
    record Answer(long revision, Object tree) implements Signal {}

    /// All up to this revision was given.
    record Progress(long revision) implements Signal {}

    /// It ended: what it should show next is compacted.
    record Compacted(long revision) implements Signal {}

    /// It ended, for another reason.
    record Broken(String why) implements Signal {}

    /// The revision after which it began, as the node said.
    long created();

    /// What has come since the last call; waits for the first of it, at most this long.
    List<Signal> drain(Duration atMost) throws InterruptedException;

    void requestProgress();

    @Override
    void close();
}
