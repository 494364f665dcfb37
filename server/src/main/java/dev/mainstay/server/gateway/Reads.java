package dev.mainstay.server.gateway;

import dev.mainstay.consensus.ReadIndex;
import dev.mainstay.consensus.ReplicatedLog;
import dev.mainstay.server.group.GroupStateMachine;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// When a read may run on this node, for each read mode. Any thread; answers on the event loop.
final class Reads {

    private static final long RETRY_MILLIS = 20;

    private final ReplicatedLog log;
    private final GroupStateMachine machine;
    private final Freshness freshness;
    private final GroupGateway.Threads threads;
    private final BooleanSupplier isStopping;

    Reads(
            ReplicatedLog log,
            GroupStateMachine machine,
            Freshness freshness,
            GroupGateway.Threads threads,
            BooleanSupplier isStopping) {
        this.log = log;
        this.machine = machine;
        this.freshness = freshness;
        this.threads = threads;
        this.isStopping = isStopping;
    }

    /// The order is the proof: learn the index, reach it, only then read. A state read earlier
    /// could miss a transaction acknowledged before we were called.
    void whenStrict(long deadline, Consumer<Readiness> ready) {
        log.readIndex(answer -> {
            switch (answer) {
                case ReadIndex.Reach(var index) -> new Wait(deadline, ready).until(index.value());
                case ReadIndex.NoLeader(var reason) -> strictAgain(deadline, reason, ready);
            }
        });
    }

    private void strictAgain(long deadline, String reason, Consumer<Readiness> ready) {
        long left = deadline - System.nanoTime();
        if (isStopping.getAsBoolean() || left < TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS)) {
            threads.eventLoop().execute(() -> ready.accept(new Readiness.NoLeader(reason)));
        } else {
            var _ =
                    threads.timer()
                            .schedule(
                                    () -> whenStrict(deadline, ready),
                                    RETRY_MILLIS,
                                    TimeUnit.MILLISECONDS);
        }
    }

    /// A read that waits for the applied index, but not longer than its deadline.
    private final class Wait {
        private final long deadline;

        /// Only the event loop touches it after the constructor.
        private @Nullable Consumer<Readiness> ready;

        Wait(long deadline, Consumer<Readiness> ready) {
            this.deadline = deadline;
            this.ready = ready;
        }

        /// Written before anyone can call [#end] but itself; cancelled so that the timer does not
        /// keep thousands of reads that were answered long ago.
        private volatile @Nullable ScheduledFuture<?> overdue;

        void until(long index) {
            var applied = machine.appliedIndex();
            if (applied.get() < index) {
                overdue =
                        threads.timer()
                                .schedule(
                                        () -> end(new Readiness.TooSlow()),
                                        deadline - System.nanoTime(),
                                        TimeUnit.NANOSECONDS);
            }
            applied.whenAtLeast(index, () -> end(Readiness.READY));
        }

        private void end(Readiness how) {
            threads.eventLoop()
                    .execute(() -> {
                        var listener = ready;
                        ready = null;
                        if (listener != null) {
                            var timeout = overdue;
                            if (timeout != null) {
                                timeout.cancel(false);
                            }
                            listener.accept(how);
                        }
                    });
        }
    }

    void whenAtRevision(long revision, long deadline, Consumer<Readiness> ready) {
        if (machine.store().position().revision() >= revision) {
            threads.eventLoop().execute(() -> ready.accept(Readiness.READY));
        } else if (isStopping.getAsBoolean() || deadline - System.nanoTime() < 0) {
            threads.eventLoop().execute(() -> ready.accept(new Readiness.TooSlow()));
        } else {
            var _ =
                    threads.timer()
                            .schedule(
                                    () -> whenAtRevision(revision, deadline, ready),
                                    1,
                                    TimeUnit.MILLISECONDS);
        }
    }

    /// For somebody who reads by it; asking makes the next answers better.
    long stalenessMillis() {
        freshness.wanted();
        return provenStalenessMillis();
    }

    long provenStalenessMillis() {
        return freshness.stalenessMillis();
    }

    void whenFresh(long millis, long deadline, Consumer<Readiness> ready) {
        long staleness = stalenessMillis();
        if (staleness >= 0 && staleness <= millis) {
            threads.eventLoop().execute(() -> ready.accept(Readiness.READY));
            return;
        }
        // A strict read is as fresh as the moment when it was asked for.
        long asked = System.nanoTime();
        whenStrict(
                deadline,
                readiness -> {
                    if (readiness instanceof Readiness.Ready) {
                        freshness.proven(asked);
                    }
                    ready.accept(readiness);
                });
    }
}
