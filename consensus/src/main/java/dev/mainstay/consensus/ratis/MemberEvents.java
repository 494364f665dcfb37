package dev.mainstay.consensus.ratis;

import dev.mainstay.consensus.LogIndex;
import dev.mainstay.consensus.LogListener;
import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import dev.mainstay.consensus.Membership;
import dev.mainstay.consensus.ReadIndexRounds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.protocol.TermIndex;
import org.jspecify.annotations.Nullable;

/// Spreads what Ratis says to whom it concerns. Called on Ratis' threads, some of which hold its
/// locks; the [LogListener] hears on one thread of its own, in order, except of a failure: of that
/// at once.
final class MemberEvents implements ApplyBridge.Events, MainstayRpc.Hooks, AutoCloseable {

    private static final long COMMIT_AWAITED_NANOS = 20_000_000;

    private final RatisServer.Plan plan;
    private final MemberId self;
    private final LogListener listener;
    private final Proposals proposals;
    private final ReadIndexRounds rounds;
    private final Checkpoints checkpoints;
    private final Installs installs;
    private final RatisLog log;
    private final KeptFile vote;
    private final KeptFile configuration;
    private final ConcurrentMap<MemberId, FollowerInfo> followers = new ConcurrentHashMap<>();
    private final AtomicLong electionsWon = new AtomicLong();
    private final ExecutorService listenerThread =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().name("log-events").daemon().factory());

    /// Apply thread and Ratis' install threads; a member that was in and is out stays out.
    private volatile boolean wasMember;

    /// Any thread writes, the appenders read.
    private volatile long commitAwaitedNanos = System.nanoTime() - COMMIT_AWAITED_NANOS;

    private final AtomicBoolean isRemoved = new AtomicBoolean();

    MemberEvents(
            RatisServer.Plan plan,
            LogListener listener,
            Proposals proposals,
            ReadIndexRounds rounds,
            Checkpoints checkpoints,
            Installs installs,
            RatisLog log) {
        this.plan = plan;
        this.self = plan.identity().member();
        this.listener = listener;
        this.proposals = proposals;
        this.rounds = rounds;
        this.checkpoints = checkpoints;
        this.installs = installs;
        this.log = log;
        this.vote = KeptFile.vote(plan.identity());
        this.configuration = KeptFile.configuration(plan.identity());
    }

    private void tell(Runnable news) {
        try {
            listenerThread.execute(news);
        } catch (RejectedExecutionException e) {
            // Closed: nobody wants to know any more.
            assert listenerThread.isShutdown() : e;
        }
    }

    private Path current() {
        return plan.identity().currentDirectory();
    }

    @Override
    public void opening() throws IOException {
        for (var directory : plan.identity().logDirectories()) {
            plan.seams().disk().syncDirectory(directory);
        }
        plan.identity().settle();
        vote.keep();
        configuration.keep();
    }

    @Override
    public void appended(RaftClientRequest request) {
        proposals.appended(request);
    }

    @Override
    public void entryApplied(int bytes) {
        checkpoints.applied(bytes);
    }

    @Override
    public void voted() throws IOException {
        try {
            // Most answers are to questions before an election and change nothing.
            if (!vote.isKept()) {
                makeVoteDurable();
            }
        } catch (IOException e) {
            // No second try after a failed sync: what it was to write may be lost for good.
            failed("cannot make the own vote durable", e);
            throw e;
        }
    }

    private void makeVoteDurable() throws IOException {
        plan.seams().disk().syncDirectory(current());
        vote.keep();
    }

    /// What Ratis could not write, it only logs.
    private void keepConfiguration(long index) {
        try {
            configuration.keep();
            if (configuration.number() < index) {
                failed("cannot write the configuration of the group", null);
            }
        } catch (IOException e) {
            failed("cannot write the configuration of the group", e);
        }
    }

    @Override
    public void appending(FollowerInfo follower) {
        followers.put(RaftNames.memberId(follower.getId()), follower);
    }

    @Override
    public boolean isCommitAwaited() {
        return System.nanoTime() - commitAwaitedNanos < COMMIT_AWAITED_NANOS;
    }

    /// See [dev.mainstay.consensus.ReplicatedLog#commitAwaited].
    void commitAwaited() {
        commitAwaitedNanos = System.nanoTime();
    }

    @Override
    public boolean isAppenderFixed() {
        return plan.seams().isAppenderFixed();
    }

    LogIndex matchIndex(MemberId member) {
        var follower = followers.get(member);
        return follower == null ? LogIndex.NONE : RaftNames.index(follower.getMatchIndex());
    }

    long electionsWon() {
        return electionsWon.get();
    }

    @Override
    public void leaderChanged(@Nullable MemberId leader) throws IOException {
        if (self.equals(leader)) {
            // The candidate's vote for itself, before anything is sent as leader.
            voted();
            electionsWon.incrementAndGet();
        }
        if (leader != null) {
            installs.leaderIs(leader);
        }
        var server = log.current();
        long term = server == null ? 0 : server.term();
        tell(() -> listener.leaderChanged(leader, term));
    }

    @Override
    public void leadershipReady(long term) {
        tell(() -> listener.leadershipReady(term));
    }

    @Override
    public void leadershipLost() {
        tell(() -> {
            rounds.leadershipLost();
            listener.leadershipLost();
        });
    }

    @Override
    public void membershipChanged(Membership membership, long index, boolean isSettled) {
        keepConfiguration(index);
        if (isSettled) {
            log.addressesAre(membership);
        }
        boolean isMember = membership.find(self).isPresent();
        boolean isOut = wasMember && !isMember;
        wasMember |= isMember;
        tell(() -> listener.membershipChanged(membership));
        if (isOut) {
            tellRemoved();
        }
    }

    private void tellRemoved() {
        if (isRemoved.compareAndSet(false, true)) {
            tell(listener::removed);
        }
    }

    /// A member that was removed is closed by Ratis, and that is no failure.
    boolean isRemoved() {
        return isRemoved.get();
    }

    @Override
    public CompletableFuture<TermIndex> install(Member leader, TermIndex first) {
        return installs.begin(leader, first);
    }

    @Override
    public void installing() {
        installs.pickedUp();
    }

    @Override
    public boolean isInstallDue() {
        return installs.isDue();
    }

    @Override
    public void failed(String reason, @Nullable Throwable cause) {
        log.fail(reason, cause);
    }

    @Override
    public void closed(boolean byElection) {
        var server = log.current();
        if (server == null || server.isClosing()) {
            return;
        }
        if (!byElection) {
            failed("the group was closed on this member", null);
            return;
        }
        // Ratis also ends here when an election broke off, because a vote could not be written.
        try {
            makeVoteDurable();
            tellRemoved();
        } catch (IOException e) {
            failed("cannot make the own vote durable", e);
        }
    }

    @Override
    public void close() {
        listenerThread.shutdown();
    }
}
