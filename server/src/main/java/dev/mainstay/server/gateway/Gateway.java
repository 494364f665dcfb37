package dev.mainstay.server.gateway;

import dev.mainstay.consensus.Membership;
import dev.mainstay.consensus.Standing;
import dev.mainstay.statemachine.Store;
import dev.mainstay.statemachine.command.Command;
import dev.mainstay.statemachine.command.TxnId;
import dev.mainstay.statemachine.feed.Feed;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/// One database as the front doors of this node see it.
///
/// Deadlines are values of [System#nanoTime].
public interface Gateway {

    /// A fresh transaction id of this node.
    TxnId newId();

    /// The revision to send along with a first attempt.
    long since();

    /// Carries out `command`, wherever the leader is, and answers from this node's own apply: the
    /// next read here contains it. Lost leaders and full queues are tried again under the same id
    /// until the deadline. `done` hears exactly once, on the event loop.
    void write(Command command, long deadline, Consumer<Outcome> done);

    /// Calls `ready` on the event loop once this node's store contains everything that was
    /// acknowledged, to anyone, before this call. Open views and read only then.
    void whenStrict(long deadline, Consumer<Readiness> ready);

    /// Calls `ready` on the event loop once this node's store contains `revision`.
    void whenAtRevision(long revision, long deadline, Consumer<Readiness> ready);

    /// The state of now. Ask anew for each use: an installed checkpoint brings another store.
    Store store();

    Feed feed();

    /// How this node's member stands; as fresh as this member's own knowledge.
    Standing standing();

    Membership membership();

    /// The number of the group, constant for its life; never 0.
    long clusterId();

    /// At most this much time has passed since the state of this node was the newest (HA-SPEC G5);
    /// -1 when this node has not been proven fresh yet.
    long stalenessMillis();

    /// Calls `ready` on the event loop once [#stalenessMillis] is at most `millis`.
    void whenFresh(long millis, long deadline, Consumer<Readiness> ready);

    Leases leases();

    Members members();

    /// Whether writes are refused on this node because its disk is nearly full.
    boolean isDiskFull();

    /// The one thread that answers gRPC calls. Nothing on it may block.
    Executor eventLoop();

    /// Threads for work that may block or take long.
    Executor storageThreads();
}
