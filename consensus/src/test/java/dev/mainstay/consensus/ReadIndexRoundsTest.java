package dev.mainstay.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.consensus.ReadIndex.NoLeader;
import dev.mainstay.consensus.ReadIndex.Reach;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReadIndexRoundsTest {

    private static final Member A = member("a");
    private static final Member B = member("b");
    private static final Member C = member("c");
    private static final Member D = member("d");
    private static final Member E = member("e");

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final ScriptedSeat seat = new ScriptedSeat();
    private final ScriptedPeers peers = new ScriptedPeers();
    private final ReadIndexRounds rounds =
            new ReadIndexRounds(seat, peers, timer, Duration.ofSeconds(20));
    private final List<ReadIndex> answers = new CopyOnWriteArrayList<>();

    private static Member member(String name) {
        return new Member(new MemberId(name, 1), "", "", "", "");
    }

    private static final class ScriptedSeat implements ReadIndexRounds.Seat {

        private volatile long term = 5;
        private volatile boolean isReady = true;
        private volatile long committed = 100;
        private volatile Membership membership = new Membership(List.of(A, B, C), List.of());
        private volatile @Nullable Member leader = A;

        @Override
        public MemberId self() {
            return A.id();
        }

        @Override
        public long term() {
            return term;
        }

        @Override
        public boolean isReady() {
            return isReady;
        }

        @Override
        public LogIndex committed() {
            return new LogIndex(committed);
        }

        @Override
        public Membership membership() {
            return membership;
        }

        @Override
        public @Nullable Member leader() {
            return leader;
        }
    }

    private record Question(Member member, LongConsumer answer) {}

    private static final class ScriptedPeers implements Peers {

        private final List<Question> terms = new ArrayList<>();
        private final List<Consumer<ReadIndex>> reads = new ArrayList<>();

        @Override
        public void term(Member member, LongConsumer answer) {
            terms.add(new Question(member, answer));
        }

        @Override
        public void readIndex(Member leader, Consumer<ReadIndex> done) {
            reads.add(done);
        }

        @Override
        public void fetchCheckpoint(Member leader, Path into) {
            throw new AssertionError("not asked for here");
        }

        /// Answers the oldest open question to `member`.
        void answer(Member member, long term) {
            for (var question : terms) {
                if (question.member.equals(member)) {
                    terms.remove(question);
                    question.answer.accept(term);
                    return;
                }
            }
            throw new AssertionError(member + " was not asked");
        }
    }

    @AfterEach
    void close() {
        rounds.close();
        timer.shutdownNow();
    }

    private void read() {
        rounds.read(answers::add);
    }

    private static Reach reach(long index) {
        return new Reach(new LogIndex(index));
    }

    @Test
    void theCommittedIndex_isGivenOut_whenAMajoritySaysTheTerm() {
        read();
        assertThat(answers).isEmpty();

        peers.answer(B, 5);

        assertThat(answers).containsExactly(reach(100));
    }

    @Test
    void theIndex_isThatOfBeforeTheQuestions() {
        read();
        seat.committed = 200;

        peers.answer(B, 5);

        assertThat(answers).containsExactly(reach(100));
    }

    @Test
    void aHigherTermAtAMajority_provesNothing() {
        read();

        peers.answer(B, 6);
        assertThat(answers).isEmpty();
        peers.answer(C, 6);

        assertThat(answers).singleElement().isInstanceOf(NoLeader.class);
    }

    @Test
    void oneSilentVoter_doesNotMatter_andTwoDo() {
        read();
        peers.answer(B, Peers.NO_ANSWER);
        peers.answer(C, 5);
        assertThat(answers).containsExactly(reach(100));

        read();
        peers.answer(B, Peers.NO_ANSWER);
        peers.answer(C, Peers.NO_ANSWER);
        assertThat(answers).last().isInstanceOf(NoLeader.class);
    }

    @Test
    void theOwnTerm_isReadAgainAtTheEnd() {
        read();
        seat.term = 6;

        peers.answer(B, 5);

        assertThat(answers).singleElement().isInstanceOf(NoLeader.class);
    }

    @Test
    void aLeaderThatIsNotReady_proves_nothing() {
        seat.isReady = false;

        read();

        assertThat(answers).singleElement().isInstanceOf(NoLeader.class);
        assertThat(peers.terms).isEmpty();
    }

    @Test
    void aRead_joinsOnlyARoundThatWasNotSent() {
        read();
        read();
        read();
        assertThat(peers.terms).hasSize(2);
        seat.committed = 150;

        peers.answer(B, 5);

        assertThat(answers).as("the first round serves the first read").containsExactly(reach(100));
        assertThat(peers.terms).as("one old question and a new round").hasSize(3);
        peers.answer(C, 5);
        assertThat(answers).as("an answer to the old round proves nothing now").hasSize(1);
        peers.answer(C, 5);
        assertThat(answers).containsExactly(reach(100), reach(150), reach(150));
        assertThat(rounds.counts()).isEqualTo(new ReadIndexRounds.Counts(2, 3));
    }

    @Test
    void duringAChange_bothConfigurationsMustSayTheTerm() {
        seat.membership = new Membership(List.of(A, B, D), List.of(A, B, C));
        read();
        peers.answer(D, 5);
        assertThat(answers).as("the old voters have no majority yet").isEmpty();
        peers.answer(C, 5);
        assertThat(answers).containsExactly(reach(100));
        peers.terms.clear();

        read();
        peers.answer(D, 5);
        peers.answer(B, 6);
        peers.answer(C, 6);
        assertThat(answers).last().isInstanceOf(NoLeader.class);
    }

    @Test
    void aLeaderThatIsGoing_doesNotCountAmongTheNewVoters() {
        seat.membership = new Membership(List.of(B, C, D), List.of(A, B, C));
        read();

        peers.answer(B, 5);
        assertThat(answers).as("one of three new voters").isEmpty();
        peers.answer(D, 5);

        assertThat(answers).containsExactly(reach(100));
    }

    @Test
    void aNonVoter_isNotAskedAndDoesNotCount() {
        seat.membership = new Membership(List.of(A, B, C, D, E), List.of());
        read();
        peers.answer(B, 5);
        assertThat(answers).as("two of five").isEmpty();
        peers.answer(E, 5);
        assertThat(answers).containsExactly(reach(100));
    }

    @Test
    void followersReads_shareAQuestionToTheLeader_byTheSameRule() {
        seat.isReady = false;
        seat.leader = B;
        read();
        read();
        read();
        assertThat(peers.reads).hasSize(1);

        peers.reads.get(0).accept(reach(7));

        assertThat(answers).containsExactly(reach(7));
        assertThat(peers.reads).hasSize(2);
        peers.reads.get(1).accept(reach(9));
        assertThat(answers).containsExactly(reach(7), reach(9), reach(9));
    }

    @Test
    void aPeersQuestion_isNeverAskedOn() {
        seat.isReady = false;
        seat.leader = B;

        rounds.readHere(answers::add);

        assertThat(answers).singleElement().isInstanceOf(NoLeader.class);
        assertThat(peers.reads).isEmpty();
    }

    @Test
    void withoutALeader_aReadFailsAtOnce() {
        seat.isReady = false;
        seat.leader = null;

        read();

        assertThat(answers).singleElement().isInstanceOf(NoLeader.class);
    }

    @Test
    void losingLeadership_endsTheRound_andTheNextOneAsksTheNewLeader() {
        read();
        read();
        seat.isReady = false;
        seat.leader = C;

        rounds.leadershipLost();

        assertThat(answers).singleElement().isInstanceOf(NoLeader.class);
        assertThat(peers.reads).hasSize(1);
    }

    @Test
    void silence_endsInNoLeader() throws Exception {
        try (var hasty = new ReadIndexRounds(seat, peers, timer, Duration.ofMillis(40))) {
            hasty.read(answers::add);

            Await.until("an answer", () -> !answers.isEmpty());

            assertThat(answers).singleElement().isInstanceOf(NoLeader.class);
        }
    }

    /// A lone voter answers itself: a chain of reads must not become a chain of stack frames.
    @Test
    void readsThatFollowEachOther_doNotNest() {
        seat.membership = new Membership(List.of(A), List.of());
        int[] left = {100_000};

        rounds.read(
                new Consumer<>() {
                    @Override
                    public void accept(ReadIndex answer) {
                        if (left[0]-- > 0) {
                            rounds.read(this);
                        }
                    }
                });

        assertThat(left[0]).isEqualTo(-1);
    }

    @Test
    void aReaderThatThrows_keepsNobodyFromHearing() {
        read();
        rounds.read(answer -> {
            throw new IllegalStateException("not my day");
        });
        read();
        peers.answer(B, 5);
        peers.answer(C, 5);
        peers.answer(C, 5);

        assertThat(answers).containsExactly(reach(100), reach(100));
    }

    @Test
    void closing_answersEveryone() {
        read();
        read();

        rounds.close();

        assertThat(answers).hasSize(2).allMatch(answer -> answer instanceof NoLeader);
        read();
        assertThat(answers).hasSize(3);
    }
}
