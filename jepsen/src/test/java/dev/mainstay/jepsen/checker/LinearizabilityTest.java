package dev.mainstay.jepsen.checker;

import static dev.mainstay.jepsen.checker.Story.list;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.jepsen.checker.Verdict.Outcome;
import dev.mainstay.jepsen.history.Failure.Kind;
import dev.mainstay.jepsen.history.History;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinearizabilityTest {

    private static final Linearizability CHECKER = new Linearizability(new RegisterModel());

    private static List<?> read(long value) {
        return list("x", value);
    }

    private static List<?> written(long value) {
        return list("x", value);
    }

    private static List<?> swap(long old, long value) {
        return list("x", list(old, value));
    }

    private static void assertValid(Story story) {
        assertThat(CHECKER.check(story.history()).outcome()).isEqualTo(Outcome.VALID);
    }

    private static Anomaly assertInvalid(Story story) {
        return assertInvalid(story.history());
    }

    private static Anomaly assertInvalid(History history) {
        var verdict = CHECKER.check(history);
        assertThat(verdict.outcome()).isEqualTo(Outcome.INVALID);
        assertThat(verdict.anomalies()).extracting(Anomaly::name).containsOnly("not-linearizable");
        return verdict.anomalies().getFirst();
    }

    @Test
    void anEmptyHistory_isValid() {
        assertValid(new Story());
    }

    @Test
    void aRead_seesTheLastWrite_andZeroBeforeTheFirst() {
        assertValid(
                new Story()
                        .call(0, "read", read(0))
                        .call(0, "write", written(1))
                        .call(1, "read", read(1)));
    }

    @Test
    void aReadDuringAWrite_seesEither() {
        for (long seen : List.of(0L, 1L)) {
            assertValid(
                    new Story()
                            .invoke(0, "write", written(1))
                            .call(1, "read", read(seen))
                            .ok(0)
                            .call(1, "read", read(1)));
        }
    }

    @Test
    void aStaleRead_isInvalid_andIsShownWithWhatItMissed() {
        var story = new Story();
        for (long i = 1; i <= 50; i++) {
            story.call(0, "write", written(i)).call(1, "read", read(i));
        }
        story.call(2, "read", read(49)).call(0, "write", written(51));

        var anomaly = assertInvalid(story);

        // Written 49 and 50, in this order, then read 49 again.
        assertThat(anomaly.events()).containsExactly(192L, 193L, 196L, 197L, 200L, 201L);
        assertThat(anomaly.explanation())
                .contains("process 0 wrote 49, events 192..193")
                .contains("process 0 wrote 50, events 196..197")
                .contains("process 2 read 49, events 200..201")
                .contains("the longest order that fits");
    }

    @Test
    void aLostAcknowledgedWrite_isInvalid() {
        assertInvalid(new Story().call(0, "write", written(1)).call(1, "read", read(0)));
    }

    @Test
    void aValueThatNobodyWrote_isInvalid() {
        var anomaly =
                assertInvalid(new Story().call(0, "write", written(1)).call(1, "read", read(9)));

        assertThat(anomaly.events()).containsExactly(2L, 3L);
    }

    @Test
    void readersThatDisagreeOnTheOrder_areInvalid() {
        assertInvalid(
                new Story()
                        .invoke(0, "write", written(1))
                        .invoke(1, "write", written(2))
                        .call(2, "read", read(1))
                        .call(3, "read", read(2))
                        .call(2, "read", read(1))
                        .ok(0)
                        .ok(1));
    }

    @Test
    void anUnknownWrite_mayHaveHappened_orNot_orLater() {
        assertValid(
                new Story()
                        .invoke(0, "write", written(1))
                        .info(0)
                        .call(1, "read", read(0))
                        .call(1, "write", written(2))
                        .call(1, "read", read(2))
                        .call(1, "read", read(1)));
        assertValid(new Story().invoke(0, "write", written(1)).info(0).call(1, "read", read(0)));
        assertValid(new Story().invoke(0, "write", written(1)).call(1, "read", read(1)));
    }

    @Test
    void anUnknownWrite_happensOnce() {
        assertInvalid(
                new Story()
                        .invoke(0, "write", written(1))
                        .info(0)
                        .call(1, "read", read(1))
                        .call(1, "write", written(2))
                        .call(1, "read", read(1)));
    }

    @Test
    void aFailedWrite_neverHappened() {
        assertInvalid(
                new Story()
                        .invoke(0, "write", written(1))
                        .fail(0, Kind.NOT_SENT)
                        .call(1, "read", read(1)));
    }

    @Test
    void aSwap_needsItsOldValue() {
        assertValid(new Story().call(0, "cas", swap(0, 1)).call(0, "cas", swap(1, 2)));
        assertInvalid(new Story().call(0, "cas", swap(0, 1)).call(0, "cas", swap(0, 2)));
    }

    @Test
    void aFailedComparison_isAnObservation_butNoOtherFailureIs() {
        assertInvalid(new Story().invoke(0, "cas", swap(0, 1)).fail(0, Kind.PRECONDITION));
        assertValid(new Story().invoke(0, "cas", swap(0, 1)).fail(0, Kind.NOT_SENT));
        assertValid(
                new Story()
                        .call(0, "write", written(5))
                        .invoke(0, "cas", swap(0, 1))
                        .fail(0, Kind.PRECONDITION));
    }

    @Test
    void anUnknownWrite_canBeWhyAComparisonFailed() {
        assertValid(
                new Story()
                        .invoke(0, "write", written(5))
                        .info(0)
                        .invoke(1, "cas", swap(0, 1))
                        .fail(1, Kind.PRECONDITION));
        assertValid(
                new Story()
                        .invoke(1, "cas", swap(0, 1))
                        .invoke(0, "cas", swap(0, 5))
                        .fail(1, Kind.PRECONDITION));
    }

    @Test
    void anUnknownSwap_mayHaveHappened_butNotFromAnotherValue() {
        assertValid(
                new Story()
                        .invoke(0, "cas", swap(0, 1))
                        .info(0)
                        .call(1, "read", read(0))
                        .call(1, "read", read(1)));
        assertInvalid(
                new Story()
                        .call(1, "write", written(7))
                        .invoke(0, "cas", swap(0, 1))
                        .info(0)
                        .call(1, "read", read(1)));
    }

    @Test
    void anUnknownWrite_isNeeded_whenOnlyAnUnknownSwapSawIt() {
        assertValid(
                new Story()
                        .invoke(0, "write", written(1))
                        .info(0)
                        .invoke(1, "cas", swap(1, 2))
                        .info(1)
                        .call(2, "read", read(2)));
    }

    @Test
    void keys_areApart() {
        assertValid(
                new Story()
                        .call(0, "write", list("x", 1L))
                        .call(0, "read", list("y", 0L))
                        .call(0, "write", list(7L, 2L))
                        .call(0, "read", list("x", 1L)));
        var story = new Story().call(0, "write", list("x", 1L));
        story.call(0, "write", list("y", 1L)).call(0, "read", list("y", 0L));

        assertThat(assertInvalid(story).explanation()).startsWith("y: ");
    }

    @Test
    void readsOfOtherModes_areNotJudged() {
        var story = new Story().call(0, "write", written(1));

        assertValid(story.mode("local").call(1, "read", read(0)));
        assertInvalid(story.mode("strict").call(1, "read", read(0)));
    }

    /// Without leaving them out there are two to the power of forty sets of them to try.
    @Test
    void unknownWritesThatNobodySaw_costNothing() {
        var story = new Story();
        for (int i = 0; i < 40; i++) {
            story.invoke(i, "write", written(100 + i)).info(i);
        }
        // Values that are written twice leave the search without its other short cut.
        for (int i = 0; i < 3; i++) {
            story.call(50, "write", written(1)).call(50, "write", written(2));
        }
        story.call(50, "read", read(1));

        var verdict = new Linearizability(new RegisterModel(), Duration.ofSeconds(20));
        assertThat(verdict.check(story.history()).outcome()).isEqualTo(Outcome.INVALID);
    }

    /// Each must be placed just before its reader, and any earlier place is a dead end at once.
    @Test
    void unknownWritesThatWereSeen_costLittle() {
        var story = new Story();
        for (int i = 0; i < 40; i++) {
            story.invoke(i, "write", written(100 + i)).info(i);
        }
        for (int i = 0; i < 40; i++) {
            story.call(50, "read", read(139 - i));
        }
        assertValid(story);

        assertInvalid(story.call(50, "read", read(120)));
    }

    @Test
    void whatIsNotDecidedInTime_isUnknown() {
        var story = new Story();
        for (int i = 0; i < 16; i++) {
            story.invoke(i, "write", written(i % 2 + 1));
        }
        IntStream.range(0, 16).forEach(story::ok);
        story.call(0, "read", read(1)).call(0, "write", written(3)).call(0, "read", read(2));

        var hurried = new Linearizability(new RegisterModel(), Duration.ZERO);
        var verdict = hurried.check(story.history());

        assertThat(verdict.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(verdict.anomalies().getFirst().explanation()).contains("x");
        assertInvalid(story);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void agreesWithTryingEveryOrder_onSmallHistories(long seed) {
        var random = new SplittableRandom(seed);
        int invalid = 0;
        for (int i = 0; i < 4_000; i++) {
            var history = RegisterSimulation.small(random.split(), random.nextInt(3));
            boolean isPossible = RegisterOracle.isPossible(history);

            var verdict = CHECKER.check(history);

            assertThat(verdict.isValid()).as("%s", history.events()).isEqualTo(isPossible);
            if (!isPossible) {
                invalid++;
                assertProven(verdict, history);
            }
        }
        // Both verdicts must be tried enough to mean something.
        assertThat(invalid).isBetween(800, 3_200);
    }

    /// What is shown is impossible by itself, at most by leaving the end of a call open.
    private static void assertProven(Verdict verdict, History history) {
        var shown = verdict.anomalies().getFirst().events();
        var part =
                new History(
                        history.events().stream().filter(e -> shown.contains(e.index())).toList());
        assertThat(RegisterOracle.isPossible(part)).as("%s", part.events()).isFalse();
    }

    @Test
    void aHundredThousandCalls_onTwoHundredKeys_areJudged() {
        var history = new RegisterSimulation(new SplittableRandom(1), 0.01).run(200, 500);

        var verdict = CHECKER.check(history);

        assertThat(verdict.outcome()).isEqualTo(Outcome.VALID);
        assertThat(verdict.counts().get("parts")).isEqualTo(200);
        assertInvalid(RegisterMutations.dropWrite(history, new SplittableRandom(1)).orElseThrow());
    }
}
