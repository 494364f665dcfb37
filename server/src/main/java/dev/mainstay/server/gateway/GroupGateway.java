package dev.mainstay.server.gateway;

import dev.mainstay.consensus.LogListener;
import dev.mainstay.consensus.LogOperationException;
import dev.mainstay.consensus.LogOperationException.Kind;
import dev.mainstay.consensus.Lost;
import dev.mainstay.consensus.MemberId;
import dev.mainstay.consensus.Membership;
import dev.mainstay.consensus.Pulse;
import dev.mainstay.consensus.ReplicatedLog;
import dev.mainstay.consensus.Standing;
import dev.mainstay.server.group.Awaited;
import dev.mainstay.server.group.GroupStateMachine;
import dev.mainstay.statemachine.LeaseListener;
import dev.mainstay.statemachine.Store;
import dev.mainstay.statemachine.command.Command;
import dev.mainstay.statemachine.command.Command.NodeStart;
import dev.mainstay.statemachine.command.Command.PutSetting;
import dev.mainstay.statemachine.command.TxnId;
import dev.mainstay.statemachine.command.Verdict;
import dev.mainstay.statemachine.feed.Feed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The gateway of one group.
///
/// Put together in two steps, since log, state machine and gateway call each other: the parts that
/// the log and the state machine call ([#awaited], [#listener], [#leaseListener]) exist from the
/// beginning, the rest after [#start].
public final class GroupGateway implements Gateway, LogListener {

    private static final Logger LOG = LoggerFactory.getLogger(GroupGateway.class);
    private static final long RETRY_MILLIS = 10;
    private static final long EXPIRE_CALLS_MILLIS = 50;
    private static final long LEASE_TICK_MILLIS = 200;
    private static final long FLOORS_MILLIS = 2_000;
    private static final long INCARNATION_AGAIN_MILLIS = 1_000;
    private static final int FRESHNESS_AT_REST = 10;

    /// @param freshness how often a node proves how fresh it is, while somebody asks
    /// @param requestTimeout how long the gateway's own commands may take
    public record Settings(
            long clusterId,
            String version,
            Duration freshness,
            Duration requestTimeout,
            Kept kept) {}

    /// How much of the past is kept.
    ///
    /// @param historyBytes bound on old versions, 0 = none
    /// @param outcomes bound on the number of stored outcomes
    public record Kept(Duration history, long historyBytes, Duration outcome, long outcomes) {}

    /// The threads of the node.
    public record Threads(Executor eventLoop, Executor storage, ScheduledExecutorService timer) {}

    /// What the gateway stands on, once it is there.
    public record Ground(
            ReplicatedLog log,
            GroupStateMachine machine,
            Feed feed,
            Remote remote,
            BooleanSupplier isDiskFull) {}

    private record Parts(Ground ground, GroupLeases leases, GroupMembers members, Reads reads) {}

    private final Settings settings;
    private final Threads threads;
    private final Calls calls;
    private final Leadership leadership = new Leadership();
    private final TxnIds ids = new TxnIds();
    private final LeaseClock clock = new LeaseClock();
    private final Consumer<String> fatal;

    /// Volatile: set once by [#start], before any front door opens.
    private volatile @Nullable Parts parts;

    /// Guarded by itself, as `hasStarted`: what the log said before [#start] was through.
    private final List<Runnable> early = new ArrayList<>();

    private boolean hasStarted;

    private volatile boolean isStopping; // volatile: set by the stopping thread, read by timers

    /// @param fatal ends the process with this as its last line
    public GroupGateway(Settings settings, Threads threads, Consumer<String> fatal) {
        this.settings = settings;
        this.threads = threads;
        this.fatal = fatal;
        calls = new Calls(threads.eventLoop, new CallsWatch());
    }

    public Awaited awaited() {
        return calls;
    }

    public LeaseListener leaseListener() {
        return clock;
    }

    /// Begins to serve.
    public void start(Ground ground) {
        var log = ground.log;
        var leases =
                new GroupLeases(
                        clock,
                        log,
                        ground.machine.appliedIndex(),
                        leadership,
                        ground.remote,
                        new GroupLeases.Timers(threads.timer, threads.eventLoop));
        var members =
                new GroupMembers(
                        log,
                        leadership,
                        ground.remote,
                        ground.machine::store,
                        this::putSetting,
                        settings.version);
        // On the event loop, like all other reads: rounds are then sent by one thread.
        var freshness =
                new Freshness(
                        done -> threads.eventLoop.execute(() -> log.readIndex(done)),
                        ground.machine.appliedIndex(),
                        threads.timer,
                        settings.freshness);
        var reads = new Reads(log, ground.machine, freshness, threads, () -> isStopping);
        parts = new Parts(ground, leases, members, reads);
        leadership.membersAre(log.membership());
        leadership.leaderIs(log.standing().leader());
        calls.routeBy(new LogOrLeader(log.standing().self(), log, leadership, ground.remote));
        var floors = new Floors(settings.kept, ground.machine::store, ids, this::writeQuietly);
        every(LEASE_TICK_MILLIS, () -> leases.expire(ids, this::since));
        every(settings.freshness.toMillis() * FRESHNESS_AT_REST, freshness::renew);
        every(FLOORS_MILLIS, () -> threads.storage.execute(guarded(() -> raise(floors))));
        askForIncarnation(log.standing().self());
        synchronized (early) {
            hasStarted = true;
            early.forEach(threads.timer::execute);
            early.clear();
        }
    }

    /// Runs `event` on the timer, but not before everything that it touches is there.
    private void later(Runnable event) {
        var guarded = guarded(event);
        synchronized (early) {
            if (!hasStarted) {
                early.add(guarded);
                return;
            }
        }
        if (!isStopping) {
            threads.timer.execute(guarded);
        }
    }

    private void every(long millis, Runnable run) {
        var _ =
                threads.timer.scheduleWithFixedDelay(
                        guarded(run), millis, millis, TimeUnit.MILLISECONDS);
    }

    /// Runs on the timer while `goesOn`, from each time that it is woken.
    private Pulse pulse(long millis, Runnable run, BooleanSupplier goesOn) {
        var guarded = guarded(run);
        return new Pulse(
                threads.timer,
                millis,
                () -> {
                    guarded.run();
                    return !isStopping && goesOn.getAsBoolean();
                });
    }

    /// A timer that throws would never run again; nothing here may fail in silence.
    private Runnable guarded(Runnable run) {
        return () -> {
            try {
                if (!isStopping) {
                    run.run();
                }
            } catch (RuntimeException | AssertionError e) {
                LOG.error("a periodic task failed", e);
                if (!isStopping) {
                    fatal.accept("a periodic task failed: " + e);
                }
            }
        };
    }

    private void retryCalls() {
        if (calls.hasParked()) {
            leadership.leaderIs(parts().ground.log.standing().leader());
            calls.retry();
        }
    }

    /// Timers that sleep while no command waits.
    private final class CallsWatch implements Calls.Watch {

        private final Pulse retries =
                pulse(RETRY_MILLIS, GroupGateway.this::retryCalls, () -> calls.hasParked());
        private final Pulse deadlines =
                pulse(
                        EXPIRE_CALLS_MILLIS,
                        () -> calls.expire(System.nanoTime()),
                        () -> calls.size() > 0);

        @Override
        public void parked() {
            retries.wake();
        }

        @Override
        public void waiting() {
            deadlines.wake();
        }
    }

    private void raise(Floors floors) {
        if (leadership.isLeading()) {
            floors.raise(System.currentTimeMillis() * 1_000);
        }
    }

    private void writeQuietly(Command command) {
        write(command, System.nanoTime() + settings.requestTimeout.toNanos(), _ -> {});
    }

    private void askForIncarnation(MemberId self) {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        write(
                new NodeStart(ids.next(), since(), self.toString()),
                deadline,
                outcome -> {
                    if (outcome instanceof Outcome.Applied(_, _, var result)
                            && result.verdict() instanceof Verdict.Started(int number, _)) {
                        ids.incarnationIs(number);
                    } else if (!isStopping) {
                        // Not at once: a full disk, say, refuses without any delay.
                        var _ =
                                threads.timer.schedule(
                                        guarded(() -> askForIncarnation(self)),
                                        INCARNATION_AGAIN_MILLIS,
                                        TimeUnit.MILLISECONDS);
                    }
                });
    }

    private Parts parts() {
        var now = parts;
        if (now == null) {
            throw new AssertionError("the gateway has not been started");
        }
        return now;
    }

    @Override
    public TxnId newId() {
        return ids.next();
    }

    @Override
    public long since() {
        return store().position().revision();
    }

    @Override
    public void write(Command command, long deadline, Consumer<Outcome> done) {
        calls.start(command, deadline, done);
    }

    @Override
    public void whenStrict(long deadline, Consumer<Readiness> ready) {
        parts().reads.whenStrict(deadline, ready);
    }

    @Override
    public void whenAtRevision(long revision, long deadline, Consumer<Readiness> ready) {
        parts().reads.whenAtRevision(revision, deadline, ready);
    }

    @Override
    public long stalenessMillis() {
        return parts().reads.stalenessMillis();
    }

    @Override
    public void whenFresh(long millis, long deadline, Consumer<Readiness> ready) {
        parts().reads.whenFresh(millis, deadline, ready);
    }

    private void putSetting(String name, byte @Nullable [] value)
            throws LogOperationException, InterruptedException {
        long deadline = System.nanoTime() + settings.requestTimeout.toNanos();
        var answer = new ArrayBlockingQueue<Outcome>(1);
        write(new PutSetting(ids.next(), since(), name, value, null), deadline, answer::add);
        var outcome = answer.take();
        // An id may have expired on its way, if this member is far behind.
        boolean isStored =
                outcome instanceof Outcome.Applied(_, _, var result)
                        && result.verdict() instanceof Verdict.Done;
        if (!isStored) {
            throw new LogOperationException(Kind.TIMED_OUT, "not stored: " + outcome);
        }
    }

    @Override
    public Store store() {
        return parts().ground.machine.store();
    }

    @Override
    public Feed feed() {
        return parts().ground.feed;
    }

    @Override
    public Standing standing() {
        return parts().ground.log.standing();
    }

    @Override
    public Membership membership() {
        return parts().ground.log.membership();
    }

    @Override
    public long clusterId() {
        return settings.clusterId;
    }

    @Override
    public GroupLeases leases() {
        return parts().leases;
    }

    @Override
    public GroupMembers members() {
        return parts().members;
    }

    @Override
    public boolean isDiskFull() {
        return parts().ground.isDiskFull.getAsBoolean();
    }

    @Override
    public Executor eventLoop() {
        return threads.eventLoop;
    }

    @Override
    public Executor storageThreads() {
        return threads.storage;
    }

    /// Commands whose clients wait.
    public int waitingCalls() {
        return calls.size();
    }

    /// Figures for monitoring, by name.
    public Map<String, Long> gauges() {
        return Map.of(
                "waiting_calls",
                (long) calls.size(),
                "staleness_millis",
                parts().reads.provenStalenessMillis(),
                "leads",
                leadership.isLeading() ? 1L : 0L,
                "disk_full",
                isDiskFull() ? 1L : 0L);
    }

    /// No more timers, no more retries.
    public void stop() {
        isStopping = true;
    }

    @Override
    public void leaderChanged(@Nullable MemberId leader, long term) {
        leadership.leaderIs(leader);
        later(() -> {
            parts().ground.remote.leaderIs(leadership.leader().orElse(null));
            calls.retry();
        });
    }

    @Override
    public void leadershipReady(long term) {
        later(() -> {
            clock.lead(term);
            try (var view = store().openReadView()) {
                clock.load(term, view, System.nanoTime());
            }
            leadership.leads(term);
            LOG.info("leads the group in term {}", term);
            calls.retry();
        });
    }

    @Override
    public void leadershipLost() {
        leadership.leadsNoLonger();
        later(() -> {
            leadership.leadsNoLonger();
            clock.stop();
        });
    }

    @Override
    public void membershipChanged(Membership membership) {
        leadership.membersAre(membership);
    }

    @Override
    public void removed() {
        fatal.accept("this member is no longer part of the group: its data is of no more use");
    }

    @Override
    public void failed(String reason, @Nullable Throwable cause) {
        if (cause != null) {
            LOG.error("the group stops on this node", cause);
        }
        fatal.accept(reason);
    }

    /// A command goes into the own log if this member leads, else to the leader.
    private record LogOrLeader(
            MemberId self, ReplicatedLog log, Leadership leadership, Remote remote)
            implements Calls.Route {

        @Override
        public boolean send(Call call, int attempt) {
            if (leadership.isLeading()) {
                Consumer<Lost> told = lost -> call.lost(attempt, lost);
                if (call.isGrowth()) {
                    log.propose(call.command(), told);
                } else {
                    log.proposeFreeing(call.command(), told);
                }
                return true;
            }
            var leader = leadership.leader();
            if (leader.isEmpty() || leader.get().id().equals(self)) {
                return false;
            }
            remote.forward(leader.get(), call, attempt);
            return true;
        }
    }
}
