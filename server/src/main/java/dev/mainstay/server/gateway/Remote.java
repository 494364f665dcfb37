package dev.mainstay.server.gateway;

import dev.mainstay.consensus.LogOperationException;
import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What the gateway asks of the other members. Implemented by `server.peer`.
public interface Remote {

    /// Sends a waiting command to `leader`. If it is lost on the way, or the leader says so,
    /// [Call#lost] is called with `attempt`; never blocks.
    void forward(Member leader, Call call, int attempt);

    /// Who leads now: what was forwarded to another member is lost, with an unknown fate.
    void leaderIs(@Nullable Member leader);

    /// Asks the leader's clock for a lease. `done` hears once, on any thread.
    void lease(
            Member leader, long lease, boolean renews, long deadline, Consumer<Leases.Answer> done);

    void transfer(Member leader, @Nullable MemberId target, Duration timeout)
            throws LogOperationException, InterruptedException;

    void change(Member leader, @Nullable Member add, @Nullable MemberId remove, Duration timeout)
            throws LogOperationException, InterruptedException;

    /// What `member` says of itself; empty when it does not answer in time. Blocking.
    Optional<Report> report(Member member, Duration timeout) throws InterruptedException;

    record Report(String role, long term, long applied, long committed, String version) {}
}
