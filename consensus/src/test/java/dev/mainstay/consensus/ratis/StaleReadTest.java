package dev.mainstay.consensus.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.consensus.Await;
import dev.mainstay.consensus.LogIndex;
import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import dev.mainstay.consensus.Membership;
import dev.mainstay.consensus.Peers;
import dev.mainstay.consensus.ReadIndex;
import dev.mainstay.consensus.ReadIndexRounds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Trap 1, the probe that found Ratis' own linearizable read out: a leader is cut off from its
/// peers but not from its clients, which read there all the time; a new value is acknowledged
/// elsewhere.
///
/// The same reads also go to rounds that skip the question for the term. They must be caught, or
/// the probe proves nothing.
class StaleReadTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final int TRIALS_MAX = 4;

    @TempDir Path root;

    private record Read(long askedNanos, LogIndex index) {}

    /// Answers every question for a term with the one that the asker hopes for.
    private record YesSayers(ReadIndexRounds.Seat seat) implements Peers {

        @Override
        public void term(Member member, LongConsumer answer) {
            answer.accept(seat.term());
        }

        @Override
        public void readIndex(Member leader, Consumer<ReadIndex> done) {
            done.accept(new ReadIndex.NoLeader("not asked on"));
        }

        @Override
        public void fetchCheckpoint(Member leader, Path into) {
            throw new AssertionError("not asked for here");
        }
    }

    private record Seat(LocalGroup.Node node) implements ReadIndexRounds.Seat {

        @Override
        public MemberId self() {
            return node.id();
        }

        @Override
        public long term() {
            return node.log().standing().term();
        }

        @Override
        public boolean isReady() {
            return node.log().standing().isReady();
        }

        @Override
        public LogIndex committed() {
            return node.log().standing().committed();
        }

        @Override
        public Membership membership() {
            return node.log().membership();
        }

        @Override
        public @Nullable Member leader() {
            return null;
        }
    }

    /// Reads at one member, one after the other, until it is closed.
    private static final class Reader implements AutoCloseable {

        private final Consumer<Consumer<ReadIndex>> source;
        private final ConcurrentLinkedQueue<Read> reads = new ConcurrentLinkedQueue<>();
        private volatile boolean isOver;

        Reader(Consumer<Consumer<ReadIndex>> source, ScheduledExecutorService threads) {
            this.source = source;
            threads.execute(() -> ask(threads));
        }

        private void ask(ScheduledExecutorService threads) {
            long asked = System.nanoTime();
            source.accept(answer -> {
                if (answer instanceof ReadIndex.Reach(var index)) {
                    reads.add(new Read(asked, index));
                }
                if (!isOver) {
                    threads.execute(() -> ask(threads));
                }
            });
        }

        long stale(long acknowledgedNanos, LogIndex acknowledged) {
            return reads.stream()
                    .filter(read -> read.askedNanos - acknowledgedNanos > 0)
                    .filter(read -> read.index.compareTo(acknowledged) < 0)
                    .count();
        }

        @Override
        public void close() {
            isOver = true;
        }
    }

    @Test
    void aCutOffLeader_neverAnswersAStaleRead() throws Exception {
        long caught = 0;
        for (int trial = 0; trial < TRIALS_MAX && caught == 0; trial++) {
            try (var group =
                            LocalGroup.started(
                                    root.resolve("" + trial),
                                    3,
                                    options -> options.electionTimeout(TIMEOUT));
                    var threads = Executors.newScheduledThreadPool(4)) {
                caught = cutTheLeaderOff(group, threads);
                threads.shutdownNow();
            }
        }
        assertThat(caught).as("stale reads of the rounds that do not ask").isPositive();
    }

    private static long cutTheLeaderOff(LocalGroup group, ScheduledExecutorService threads)
            throws Exception {
        var old = group.awaitLeader();
        old.commit("v1");
        var restarting = group.followersOf(old).getFirst();
        var seat = new Seat(old);
        try (var gullible = new ReadIndexRounds(seat, new YesSayers(seat), threads, TIMEOUT);
                var reader = new Reader(old.log()::readIndex, threads);
                var gullibleReader = new Reader(gullible::read, threads)) {
            // A member that just started campaigns soon, while the old leader still waits.
            restarting.stop();
            group.isolate(old);
            restarting.start();
            var next = group.awaitLeaderOtherThan(old);
            next.commit("v2");
            long acknowledgedNanos = System.nanoTime();
            var acknowledged = next.machine().applied().index();
            Await.until("the old leader gives up", () -> !old.log().standing().isLeader());

            assertThat(reader.reads).as("reads before the cut").isNotEmpty();
            assertThat(reader.stale(acknowledgedNanos, acknowledged)).isZero();
            return gullibleReader.stale(acknowledgedNanos, acknowledged);
        }
    }

    @Test
    void membersOfAStoppedOrJoiningGroup_doNotAnswerForATerm() throws Exception {
        try (var group = LocalGroup.started(root, 1)) {
            group.awaitLeader();
            var joiner = group.joiner();
            joiner.start();

            assertThat(List.of(joiner.log().standing().role().name())).containsExactly("JOINING");
        }
    }
}
