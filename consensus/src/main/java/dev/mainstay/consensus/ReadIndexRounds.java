package dev.mainstay.consensus;

import dev.mainstay.consensus.ReadIndex.NoLeader;
import dev.mainstay.consensus.ReadIndex.Reach;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Read indexes for any number of reads, in rounds; runs on the threads of its callers and of the
/// peers' answers, blocks none of them.
///
/// **A round on the leader**, in this order: take the own term T; be ready, that is have applied an
/// entry of T; take the committed index; ask every voter (of both configurations during a change)
/// for its term. When a majority of each configuration, this member included, says T, and the own
/// term still is T, the index is given out.
///
/// **Why it is right.** Suppose a command was acknowledged, to anyone, before a read arrived, and
/// the index does not cover it. Then a leader of another term acknowledged it. Not of a lower term:
/// this member has committed an entry of T, so everything committed in lower terms lies at or below
/// that entry, and the committed index was taken after it. So a leader of a term U > T was elected
/// before the read arrived. It had the votes of a majority, and *a vote raises the voter's term
/// before it is cast*: at that time a majority had reached U. Terms never go back, and every
/// majority of the asked configuration contains one of those voters (a configuration that this
/// member does not know cannot elect before a joint one, which it shares). Asked after the read
/// arrived, that voter says U or more, never T. So no majority says T.
///
/// It rests on two conditions: a member that lost its disk never returns under its old id
/// ([Identity]), and a vote is durable before it is answered (`consensus.ratis` syncs the
/// directory).
///
/// **Only a round that has not been sent may be joined**: one is in flight, one is forming, and a
/// read always joins the forming one. A voter asked before the read arrived proves nothing.
///
/// **A round on a follower** asks the leader, by the same rule: the question leaves after every
/// read of the round arrived.
public final class ReadIndexRounds implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ReadIndexRounds.class);

    private static final int WAITING_MAX = 1 << 16;

    /// What the rounds need to know of the own member. Every call answers at once, from any thread.
    public interface Seat {

        MemberId self();

        long term();

        /// Leads, and has applied an entry of its own term.
        boolean isReady();

        LogIndex committed();

        Membership membership();

        @Nullable Member leader();
    }

    /// Counts since the start.
    public record Counts(long rounds, long reads) {

        /// Reads that did not need a round of their own.
        public long joined() {
            return reads - rounds;
        }
    }

    private record Waiter(boolean hereOnly, Consumer<ReadIndex> done) {}

    private final Seat seat;
    private final Peers peers;
    private final long timeoutNanos;
    private final Pulse watch;
    private final LongAdder rounds = new LongAdder();
    private final LongAdder reads = new LongAdder();

    /// Guards the four fields below, and the fields of the round in flight.
    private final Object lock = new Object();

    private List<Waiter> forming = new ArrayList<>();
    private @Nullable Round inFlight;

    /// Some thread is in the loop of [#drive] and will look at `forming` again.
    private boolean isDriving;

    private boolean isClosed;

    public ReadIndexRounds(
            Seat seat, Peers peers, ScheduledExecutorService timer, Duration timeout) {
        this.seat = seat;
        this.peers = peers;
        this.timeoutNanos = timeout.toNanos();
        long period = Math.max(1, timeout.toMillis() / 4);
        this.watch = new Pulse(timer, period, this::failOverdue);
    }

    /// See [ReplicatedLog#readIndex].
    public void read(Consumer<ReadIndex> done) {
        join(new Waiter(false, done));
    }

    /// As [#read], but only if this member itself can prove that it leads: what a peer asks.
    public void readHere(Consumer<ReadIndex> done) {
        join(new Waiter(true, done));
    }

    private void join(Waiter waiter) {
        String refused = null;
        synchronized (lock) {
            if (isClosed) {
                refused = "shutting down";
            } else if (forming.size() >= WAITING_MAX) {
                refused = "too many reads are waiting";
            } else {
                forming.add(waiter);
            }
        }
        if (refused != null) {
            tell(waiter, new NoLeader(refused));
            return;
        }
        reads.increment();
        drive();
    }

    /// Sends the forming round, if none is in flight, and the next one, if that ended meanwhile.
    private void drive() {
        synchronized (lock) {
            if (isDriving) {
                return;
            }
            isDriving = true;
        }
        for (var round = next(); round != null; round = next()) {
            rounds.increment();
            watch.wake();
            round.send();
        }
    }

    private @Nullable Round next() {
        synchronized (lock) {
            if (inFlight != null || forming.isEmpty()) {
                isDriving = false;
                return null;
            }
            inFlight = new Round(forming);
            forming = new ArrayList<>();
            return inFlight;
        }
    }

    /// This member leads no longer: the round in flight, if it is a leader's, cannot succeed.
    public void leadershipLost() {
        Round round;
        synchronized (lock) {
            round = inFlight;
        }
        if (round != null && round.isLeaders) {
            round.end(new NoLeader("leadership lost"));
        }
    }

    /// Whether a round is in flight.
    private boolean failOverdue() {
        Round round;
        synchronized (lock) {
            round = inFlight;
        }
        if (round != null && System.nanoTime() - round.sentNanos > timeoutNanos) {
            round.end(new NoLeader("no majority answered in time"));
        }
        return round != null;
    }

    public Counts counts() {
        return new Counts(rounds.sum(), reads.sum());
    }

    @Override
    public void close() {
        Round round;
        List<Waiter> left;
        synchronized (lock) {
            isClosed = true;
            round = inFlight;
            left = forming;
            forming = new ArrayList<>();
        }
        var closing = new NoLeader("shutting down");
        if (round != null) {
            round.end(closing);
        }
        left.forEach(waiter -> tell(waiter, closing));
    }

    /// A reader that throws must not keep the others of its round from hearing.
    private static void tell(Waiter waiter, ReadIndex answer) {
        try {
            waiter.done.accept(answer);
        } catch (RuntimeException e) {
            LOG.error("a reader cannot hear its read index: {}", answer, e);
        }
    }

    /// Whether `yes` holds more than half of `voters`; of nobody, always.
    static boolean isMajority(List<Member> voters, Set<MemberId> yes) {
        return voters.isEmpty() || count(voters, yes) * 2 > voters.size();
    }

    private static int count(List<Member> voters, Set<MemberId> ids) {
        int count = 0;
        for (var voter : voters) {
            if (ids.contains(voter.id())) {
                count++;
            }
        }
        return count;
    }

    /// The reads that share one proof.
    private final class Round {

        private final List<Waiter> waiters;
        private final long sentNanos = System.nanoTime();
        private final Set<MemberId> yes = new HashSet<>();
        private final Set<MemberId> no = new HashSet<>();
        private Membership asked = Membership.NONE;
        private long term;
        private LogIndex index = LogIndex.NONE;
        private boolean isOver;

        /// Written before the round is sent, read by other threads after.
        private volatile boolean isLeaders;

        Round(List<Waiter> waiters) {
            this.waiters = waiters;
        }

        void send() {
            // The order is the proof: see the class.
            long myTerm = seat.term();
            if (!seat.isReady()) {
                askLeader();
                return;
            }
            var committed = seat.committed();
            var membership = seat.membership();
            isLeaders = true;
            synchronized (lock) {
                term = myTerm;
                index = committed;
                asked = membership;
            }
            var everyone = new HashSet<Member>(membership.voters());
            everyone.addAll(membership.previous());
            hear(seat.self(), myTerm);
            for (var voter : everyone) {
                if (!voter.id().equals(seat.self())) {
                    peers.term(voter, said -> hear(voter.id(), said));
                }
            }
        }

        private void hear(MemberId voter, long said) {
            ReadIndex result;
            synchronized (lock) {
                (said == term ? yes : no).add(voter);
                if (isOver) {
                    return;
                }
                if (isMajority(asked.voters(), yes) && isMajority(asked.previous(), yes)) {
                    // Read again: the own vote in this round.
                    result =
                            seat.term() == term
                                    ? new Reach(index)
                                    : new NoLeader("another term began");
                } else if (canReach(asked.voters()) && canReach(asked.previous())) {
                    return;
                } else {
                    result = new NoLeader("no majority confirms the leader of term " + term);
                }
            }
            end(result);
        }

        private boolean canReach(List<Member> voters) {
            return voters.isEmpty() || (voters.size() - count(voters, no)) * 2 > voters.size();
        }

        private void askLeader() {
            var leader = seat.leader();
            if (leader == null) {
                end(new NoLeader("no leader is known"));
            } else if (leader.id().equals(seat.self())) {
                end(new NoLeader("the leader is not ready yet"));
            } else if (waiters.stream().allMatch(Waiter::hereOnly)) {
                end(new NoLeader("this member does not lead"));
            } else {
                peers.readIndex(leader, this::end);
            }
        }

        void end(ReadIndex result) {
            synchronized (lock) {
                if (isOver) {
                    return;
                }
                isOver = true;
                assert inFlight == this : "a round ended that is not in flight";
                inFlight = null;
            }
            for (var waiter : waiters) {
                boolean isMeant = isLeaders || !waiter.hereOnly || result instanceof NoLeader;
                tell(waiter, isMeant ? result : new NoLeader("this member does not lead"));
            }
            drive();
        }
    }
}
