package dev.mainstay.server.gateway;

import dev.mainstay.consensus.Lost;
import dev.mainstay.consensus.ReadIndex;
import dev.mainstay.consensus.ReplicatedLog;
import dev.mainstay.server.gateway.LeaseClock.Reading;
import dev.mainstay.server.group.AppliedIndex;
import dev.mainstay.statemachine.command.Command.ExpireLease;
import dev.mainstay.statemachine.command.CommandCodec;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// Keepalives and expiry. The leader answers from its clock, the others ask the leader.
public final class GroupLeases implements Leases {

    private static final int EXPIRIES_PER_TICK_MAX = 500;
    private static final long RETRY_MILLIS = 20;

    private final LeaseClock clock;
    private final ReplicatedLog log;
    private final AppliedIndex applied;
    private final Leadership leadership;
    private final Remote remote;
    private final Timers timers;

    /// What these need of the node to wait and to answer.
    record Timers(ScheduledExecutorService timer, Executor eventLoop) {}

    GroupLeases(
            LeaseClock clock,
            ReplicatedLog log,
            AppliedIndex applied,
            Leadership leadership,
            Remote remote,
            Timers timers) {
        this.clock = clock;
        this.log = log;
        this.applied = applied;
        this.leadership = leadership;
        this.remote = remote;
        this.timers = timers;
    }

    @Override
    public void keepAlive(long lease, long deadline, Consumer<Answer> done) {
        ask(lease, true, deadline, answer -> timers.eventLoop.execute(() -> done.accept(answer)));
    }

    @Override
    public void timeToLive(long lease, long deadline, Consumer<Answer> done) {
        ask(lease, false, deadline, answer -> timers.eventLoop.execute(() -> done.accept(answer)));
    }

    private void ask(long lease, boolean renews, long deadline, Consumer<Answer> done) {
        if (leadership.isLeading()) {
            askHere(lease, renews, deadline, done);
            return;
        }
        var leader = leadership.leader();
        if (leader.isEmpty()) {
            askAgain(lease, renews, deadline, "no leader", done);
            return;
        }
        remote.lease(
                leader.get(),
                lease,
                renews,
                deadline,
                answer -> {
                    if (answer instanceof Answer.NoLeader(var reason)) {
                        askAgain(lease, renews, deadline, reason, done);
                    } else {
                        done.accept(answer);
                    }
                });
    }

    private void askAgain(
            long lease, boolean renews, long deadline, String reason, Consumer<Answer> done) {
        if (deadline - System.nanoTime() < TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS)) {
            done.accept(new Answer.NoLeader(reason));
            return;
        }
        var _ =
                timers.timer.schedule(
                        () -> ask(lease, renews, deadline, done),
                        RETRY_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    /// Answers on the leader, for itself and for other nodes; never forwards. `done` hears once, on
    /// any thread.
    public void askHere(long lease, boolean renews, long deadline, Consumer<Answer> done) {
        // Only a round that begins after the question came proves that no other leader can have
        // let the lease expire meanwhile.
        log.readIndexHere(answer -> {
            switch (answer) {
                case ReadIndex.NoLeader(var reason) -> done.accept(new Answer.NoLeader(reason));
                case ReadIndex.Reach(var index) ->
                        applied.whenAtLeast(
                                index.value(), () -> readClock(lease, renews, deadline, done));
            }
        });
    }

    private void readClock(long lease, boolean renews, long deadline, Consumer<Answer> done) {
        var reading = clock.read(lease, renews);
        if (reading.isEmpty()) {
            done.accept(new Answer.NoLeader("this member does not lead"));
            return;
        }
        switch (reading.get()) {
            case Reading.Running(var granted, var remaining) ->
                    done.accept(new Answer.Alive(granted, remaining));
            case Reading.Missing() -> done.accept(new Answer.NotFound());
            case Reading.Expiring() -> {
                // Its end may be in the log: no promise until that is decided.
                if (deadline - System.nanoTime() < 0) {
                    done.accept(new Answer.NoLeader("the lease's end is being decided"));
                } else {
                    var _ =
                            timers.timer.schedule(
                                    () -> readClock(lease, renews, deadline, done),
                                    RETRY_MILLIS,
                                    TimeUnit.MILLISECONDS);
                }
            }
        }
    }

    /// Proposes the end of the leases that are due. Timer thread.
    void expire(TxnIds ids, LongSupplier since) {
        var due = clock.takeDue(System.nanoTime(), EXPIRIES_PER_TICK_MAX);
        for (long lease : due.leases()) {
            var command = new ExpireLease(ids.next(), since.getAsLong(), due.term(), lease);
            log.proposeIn(
                    due.term(),
                    CommandCodec.encode(command),
                    lost -> {
                        // Never proposed again under the same id, never forwarded. Unknown: the
                        // term is over, and its clock with it.
                        if (lost instanceof Lost.Refused) {
                            clock.expiryRefused(due.term(), lease);
                        }
                    });
        }
    }
}
