package dev.mainstay.server.gateway;

import java.util.function.Consumer;

/// The leases' clocks. They run on the leader; any node may be asked. Granting and revoking are
/// commands ([Gateway#write]).
public interface Leases {

    /// Starts the lease's time anew. `done` hears once, on the event loop.
    void keepAlive(long lease, long deadline, Consumer<Answer> done);

    /// Looks without renewing. `done` hears once, on the event loop.
    void timeToLive(long lease, long deadline, Consumer<Answer> done);

    sealed interface Answer {

        record Alive(long grantedSeconds, long remainingSeconds) implements Answer {}

        record NotFound() implements Answer {}

        record NoLeader(String reason) implements Answer {}
    }
}
