package dev.mainstay.consensus.ratis;

import dev.mainstay.consensus.CannotStartException;
import dev.mainstay.consensus.GroupCommit;
import dev.mainstay.consensus.Identity;
import dev.mainstay.consensus.LogIndex;
import dev.mainstay.consensus.LogListener;
import dev.mainstay.consensus.LogOperationException;
import dev.mainstay.consensus.LogOperationException.Kind;
import dev.mainstay.consensus.LogSettings;
import dev.mainstay.consensus.Lost;
import dev.mainstay.consensus.Lost.Reason;
import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import dev.mainstay.consensus.Membership;
import dev.mainstay.consensus.Peers;
import dev.mainstay.consensus.ReadIndex;
import dev.mainstay.consensus.ReadIndexRounds;
import dev.mainstay.consensus.ReplicatedLog;
import dev.mainstay.consensus.Role;
import dev.mainstay.consensus.Standing;
import dev.mainstay.consensus.StateMachine;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One member of one group, on Apache Ratis. Any thread.
///
/// Ratis' server may be closed and built anew during the life of this object (see [Installs]);
/// `current` is the one that counts.
public final class RatisLog implements ReplicatedLog {

    private static final Logger LOG = LoggerFactory.getLogger(RatisLog.class);

    private static final Duration ROUND_TIMEOUT_MAX = Duration.ofSeconds(2);
    private static final Duration HAND_OVER_TIMEOUT = Duration.ofSeconds(5);

    private final RatisServer.Plan plan;
    private final MemberId self;
    private final LogListener listener;
    private final MemberEvents events;
    private final Proposals proposals;
    private final GroupCommit groupCommit;
    private final ReadIndexRounds rounds;
    private final Checkpoints checkpoints;
    private final Installs installs;
    private final HealthWatch health;
    private final GroupChanges changes;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("log-timer").daemon().factory());

    /// Waits of any length; threads come and go.
    private final ExecutorService workers =
            Executors.newCachedThreadPool(
                    Thread.ofPlatform().name("log-worker-", 0).daemon().factory());

    private final AtomicBoolean hasFailed = new AtomicBoolean();

    /// Held while Ratis' server is started or closed.
    private final Object lifeLock = new Object();

    /// Null before the first start and during a rebuild. Written under `lifeLock`, read by all.
    private volatile @Nullable RatisServer current;

    /// Written under `lifeLock`; read by proposers.
    private volatile boolean isClosing;

    private RatisLog(RatisServer.Plan plan, LogListener listener, Peers peers) {
        this.plan = plan;
        this.self = plan.identity().member();
        this.listener = listener;
        var timeout = plan.settings().electionTimeout();
        this.proposals = new Proposals(() -> current, this::refusing);
        this.groupCommit = new GroupCommit("proposer", proposals, Seams::micros);
        this.rounds =
                new ReadIndexRounds(
                        new Seat(),
                        peers,
                        timer,
                        timeout.compareTo(ROUND_TIMEOUT_MAX) < 0 ? timeout : ROUND_TIMEOUT_MAX);
        this.checkpoints =
                new Checkpoints(() -> current, workers, plan.settings().checkpointBytes());
        this.installs =
                new Installs(
                        plan.settings().directory().resolve("incoming"),
                        plan.machine(),
                        peers,
                        timeout,
                        timer,
                        new InstallHost());
        this.events =
                new MemberEvents(plan, listener, proposals, rounds, checkpoints, installs, this);
        this.changes = new GroupChanges(this::matchIndex);
        this.health =
                new HealthWatch(
                        () -> current, plan.seams().disk(), plan.settings(), new Remedies());
    }

    /// Starts this member. On return it takes part in its group, or, if it joins one, waits to be
    /// added.
    ///
    /// @param identity from [Identity#claim] on the same directory; the caller has compared its
    ///   disk id with the one in the state
    public static RatisLog start(
            LogSettings settings,
            Identity identity,
            StateMachine machine,
            LogListener listener,
            Peers peers)
            throws CannotStartException {
        return start(
                new RatisServer.Plan(settings, identity, machine, Seams.NONE), listener, peers);
    }

    static RatisLog start(RatisServer.Plan plan, LogListener listener, Peers peers)
            throws CannotStartException {
        var log = new RatisLog(plan, listener, peers);
        try {
            log.open();
        } catch (CannotStartException e) {
            log.close();
            throw e;
        }
        return log;
    }

    private void open() throws CannotStartException {
        synchronized (lifeLock) {
            current = RatisServer.start(plan, events, events);
        }
        groupCommit.start();
        health.start();
    }

    // --- proposals and reads

    @Override
    public void propose(byte[] command, Consumer<Lost> lost) {
        groupCommit.propose(command, lost);
    }

    @Override
    public void proposeFreeing(byte[] command, Consumer<Lost> lost) {
        groupCommit.proposeFreeing(command, lost);
    }

    @Override
    public void proposeIn(long term, byte[] command, Consumer<Lost> lost) {
        groupCommit.proposeIn(term, command, lost);
    }

    @Override
    public void readIndex(Consumer<ReadIndex> done) {
        rounds.read(done);
    }

    @Override
    public void readIndexHere(Consumer<ReadIndex> done) {
        rounds.readHere(done);
    }

    @Override
    public void commitAwaited() {
        events.commitAwaited();
    }

    private @Nullable Reason refusing(boolean frees) {
        if (isClosing) {
            return Reason.SHUTTING_DOWN;
        }
        var isFull = frees ? health.isReserveHalfUsed() : health.isDiskFull();
        return isFull ? Reason.DISK_FULL : null;
    }

    // --- how it stands

    @Override
    public Standing standing() {
        var server = current;
        if (server != null) {
            var standing = server.standing();
            // Read again: an answer of a life that has ended is none.
            if (current == server && !server.isClosing()) {
                return standing;
            }
        }
        return stopped();
    }

    private Standing stopped() {
        var durable = plan.machine().durable();
        return new Standing(
                self,
                Role.STOPPED,
                durable.term(),
                false,
                null,
                durable.index(),
                durable.index(),
                durable.index(),
                durable.index());
    }

    @Override
    public Membership membership() {
        var server = current;
        return server == null ? Membership.NONE : server.membership();
    }

    @Override
    public LogIndex matchIndex(MemberId member) {
        var server = current;
        if (server == null || !server.division().getInfo().isLeader()) {
            return LogIndex.NONE;
        }
        if (member.equals(self)) {
            return RaftNames.index(server.division().getRaftLog().getFlushIndex());
        }
        return events.matchIndex(member);
    }

    // --- operations

    @Override
    public void transferLeadership(@Nullable MemberId target, Duration timeout)
            throws LogOperationException, InterruptedException {
        changes.transfer(running(), target, timeout);
    }

    @Override
    public void changeMembers(@Nullable Member add, @Nullable MemberId remove, Duration timeout)
            throws LogOperationException, InterruptedException {
        changes.change(running(), add, remove, timeout);
    }

    @Override
    public void checkpoint() throws LogOperationException, InterruptedException {
        checkpoints.take();
    }

    private RatisServer running() throws LogOperationException {
        var server = current;
        if (server == null) {
            throw new LogOperationException(Kind.NOT_LEADER, "this member is restarting");
        }
        return server;
    }

    /// Whether writes are refused because the disk is nearly full.
    public boolean isDiskFull() {
        return health.isDiskFull();
    }

    /// Ratis' numbers and our own, by name, for a scrape.
    public Map<String, Double> gauges() {
        var gauges = new TreeMap<String, Double>();
        var proposed = groupCommit.counts();
        gauges.put("proposals.waiting", (double) proposed.waiting());
        gauges.put("proposals.waiting.bytes", (double) proposed.waitingBytes());
        gauges.put("proposals.entries.inflight", (double) proposed.inFlight());
        gauges.put("proposals.entries", (double) proposed.entries());
        gauges.put("proposals.commands", (double) proposed.commands());
        gauges.put("proposals.batch.max", (double) proposed.batchMax());
        var read = rounds.counts();
        gauges.put("readindex.rounds", (double) read.rounds());
        gauges.put("readindex.reads", (double) read.reads());
        gauges.put("readindex.joined", (double) read.joined());
        gauges.put("elections.won", (double) events.electionsWon());
        gauges.put("disk.full", health.isDiskFull() ? 1.0 : 0.0);
        RatisGauges.collect(self.toString(), gauges);
        return gauges;
    }

    // --- the end

    void fail(String reason, @Nullable Throwable cause) {
        if (!isClosing && !events.isRemoved() && hasFailed.compareAndSet(false, true)) {
            listener.failed(reason, cause);
        }
    }

    @Nullable RatisServer current() {
        return current;
    }

    @Override
    public void close() {
        isClosing = true;
        groupCommit.shut();
        health.close();
        installs.close();
        synchronized (lifeLock) {
            var server = current;
            if (server != null) {
                server.close();
            }
            current = null;
        }
        groupCommit.close();
        rounds.close();
        events.close();
        timer.shutdownNow();
        workers.shutdownNow();
    }

    /// Ratis goes on talking to the first address that it heard of a member. Only a new server of
    /// its own uses another one.
    void addressesAre(Membership membership) {
        var server = current;
        if (server == null || server.isClosing() || !membership.equals(server.membership())) {
            return;
        }
        for (var voter : membership.voters()) {
            if (!voter.id().equals(self) && !server.talksTo(voter)) {
                workers.execute(() -> rebuild(voter.id() + " has moved to " + voter.raftAddress()));
                return;
            }
        }
    }

    private void rebuild(String why) {
        synchronized (lifeLock) {
            var server = current;
            if (isClosing || server == null) {
                return;
            }
            LOG.warn("starting the log's server anew: {}", why);
            current = null;
            server.close();
            groupCommit.abandon(Reason.NOT_LEADER);
            try {
                current = RatisServer.start(plan, events, events);
            } catch (CannotStartException e) {
                fail("the log's server did not start again: " + e.getMessage(), e);
            }
        }
    }

    /// What the read index needs to know of this member.
    private final class Seat implements ReadIndexRounds.Seat {

        @Override
        public MemberId self() {
            return self;
        }

        @Override
        public long term() {
            var server = current;
            return server == null ? Peers.NO_ANSWER : server.term();
        }

        @Override
        public boolean isReady() {
            var server = current;
            return server != null
                    && server.isRunning()
                    && server.division().getInfo().isLeader()
                    && server.division().getInfo().isLeaderReady();
        }

        @Override
        public LogIndex committed() {
            var server = current;
            return server == null
                    ? LogIndex.NONE
                    : RaftNames.index(server.division().getRaftLog().getLastCommittedIndex());
        }

        @Override
        public Membership membership() {
            return RatisLog.this.membership();
        }

        @Override
        public @Nullable Member leader() {
            var server = current;
            return server == null ? null : server.leader();
        }
    }

    private final class InstallHost implements Installs.Host {

        @Override
        public void rebuild(String why) {
            RatisLog.this.rebuild(why);
        }

        @Override
        public void failed(String reason, Throwable cause) {
            fail(reason, cause);
        }
    }

    private final class Remedies implements HealthWatch.Remedies {

        @Override
        public void handOver(String why) {
            workers.execute(
                    () -> tryTo(why, server -> changes.transfer(server, null, HAND_OVER_TIMEOUT)));
        }

        @Override
        public void stepDown(String why) {
            workers.execute(() -> tryTo(why, changes::stepDown));
        }

        @Override
        public void failed(String reason) {
            fail(reason, null);
        }

        private void tryTo(String why, Step step) {
            var server = current;
            if (server == null || !server.division().getInfo().isLeader()) {
                return;
            }
            LOG.warn("{} gives leadership up: {}", self, why);
            try {
                step.take(server);
            } catch (LogOperationException e) {
                LOG.warn("{} could not give leadership up: {}", self, e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private interface Step {

        void take(RatisServer server) throws LogOperationException, InterruptedException;
    }
}
