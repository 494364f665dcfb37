package dev.mainstay.jepsen.checker;

import static dev.mainstay.jepsen.checker.Story.a;
import static dev.mainstay.jepsen.checker.Story.list;
import static dev.mainstay.jepsen.checker.Story.r;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.jepsen.checker.Verdict.Outcome;
import dev.mainstay.jepsen.history.Failure.Kind;
import dev.mainstay.jepsen.history.History;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListAppendTest {

    private static Verdict check(Level level, Story story) {
        return check(level, story.history());
    }

    private static Verdict check(Level level, History history) {
        return new ListAppend(level).check(history);
    }

    private static void assertValid(Story story) {
        var verdict = check(Level.STRICT_SERIALIZABLE, story);
        assertThat(verdict.anomalies()).isEmpty();
    }

    /// Convicted from this level on, by an anomaly of this name, and not by weaker claims.
    private static Anomaly assertConvicts(String name, Level weakest, Story story) {
        for (var level : Level.values()) {
            var verdict = check(level, story);
            if (level.compareTo(weakest) < 0) {
                assertThat(verdict.anomalies()).as("%s", level).isEmpty();
            } else {
                assertThat(verdict.anomalies())
                        .as("%s", level)
                        .extracting(Anomaly::name)
                        .contains(name);
            }
        }
        return check(weakest, story).anomalies().stream()
                .filter(anomaly -> anomaly.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void anEmptyHistory_isValid() {
        assertValid(new Story());
    }

    @Test
    void oneAfterTheOther_isValid() {
        assertValid(
                new Story()
                        .txn(0, r("x"), a("x", 1), r("x", 1))
                        .txn(1, r("x", 1), r("y"), a("y", 1), a("x", 2), a("x", 3))
                        .txn(0, r("x", 1, 2, 3), r("y", 1))
                        .txn(1, a("x", 4)));
    }

    @Test
    void aTransactionThatReadsTheEnd_andAppendsUnseen_isNoCycleByItself() {
        assertValid(new Story().txn(0, r("x"), a("x", 1)));
        assertValid(new Story().txn(0, a("x", 1)).txn(0, r("x", 1), a("x", 2), a("x", 3)));
    }

    @Test
    void writesInTwoOrders_areG0() {
        var anomaly =
                assertConvicts(
                        "G0",
                        Level.READ_COMMITTED,
                        new Story()
                                .begin(0, a("x", 1), a("y", 1))
                                .txn(1, a("x", 2), a("y", 2))
                                .ok(0)
                                .txn(2, r("x", 1, 2))
                                .txn(2, r("y", 2, 1)));

        assertThat(anomaly.events()).containsExactly(0L, 1L, 2L, 3L);
        assertThat(anomaly.explanation())
                .isEqualTo(
                        """
                        T1 = process 0, events 0..3: append 1 to x, append 1 to y
                        T2 = process 1, events 1..2: append 2 to x, append 2 to y
                        T1 before T2: in x, 2 of T2 comes right after 1 of T1
                        T2 before T1: in y, 1 of T1 comes right after 2 of T2\
                        """);
    }

    @Test
    void aReadOfAFailedAppend_isG1a() {
        assertConvicts(
                "G1a",
                Level.READ_COMMITTED,
                new Story().begin(0, a("x", 1)).fail(0, Kind.CONFLICT).txn(1, r("x", 1)));
    }

    @Test
    void aReadBetweenTwoAppendsOfOne_isG1b() {
        assertConvicts(
                "G1b",
                Level.READ_COMMITTED,
                new Story()
                        .begin(0, a("x", 1), a("x", 2))
                        .txn(1, r("x", 1))
                        .ok(0)
                        .txn(1, r("x", 1, 2)));
    }

    @Test
    void twoThatSawEachOther_areG1c() {
        var anomaly =
                assertConvicts(
                        "G1c",
                        Level.READ_COMMITTED,
                        new Story()
                                .begin(0, a("x", 1), r("y"))
                                .txn(1, a("y", 1), r("x", 1))
                                .ok(0, list(a("x", 1), r("y", 1))));

        assertThat(anomaly.explanation()).contains("T1 read y as T2 left it");
    }

    @Test
    void aReadOfHalfATransaction_isGSingle() {
        var anomaly =
                assertConvicts(
                        "G-single",
                        Level.SNAPSHOT,
                        new Story()
                                .begin(0, r("x"), r("y"))
                                .txn(1, a("x", 1), a("y", 1))
                                .ok(0, list(r("x"), r("y", 1)))
                                .txn(1, r("x", 1)));

        assertThat(anomaly.explanation()).contains("read x = [], before").contains("appended 1");
    }

    @Test
    void twoReadersThatSeeTwoWritesInTwoOrders_areALongFork() {
        assertConvicts(
                "G-nonadjacent",
                Level.SNAPSHOT,
                new Story()
                        .begin(0, a("x", 1))
                        .begin(1, a("y", 1))
                        .begin(2, r("x"), r("y"))
                        .txn(3, r("x"), r("y", 1))
                        .ok(2, list(r("x", 1), r("y")))
                        .ok(0)
                        .ok(1));
    }

    @Test
    void writeSkew_isG2_alsoIfNobodySawTheWrites() {
        var unseen =
                new Story()
                        .begin(0, r("x"), a("y", 1))
                        .txn(1, r("y"), a("x", 1))
                        .ok(0, list(r("x"), a("y", 1)));

        var anomaly = assertConvicts("G2-item", Level.SERIALIZABLE, unseen);
        assertThat(anomaly.explanation()).contains("was seen by nobody, so it comes later");
        assertThat(check(Level.SNAPSHOT, unseen).counts()).containsEntry("allowed G2-item", 1L);
        assertConvicts("G2-item", Level.SERIALIZABLE, unseen.txn(2, r("x", 1), r("y", 1)));
    }

    @Test
    void twoThatReadAndAppendToOneVersion_areALostUpdate() {
        assertConvicts(
                "lost-update",
                Level.SNAPSHOT,
                new Story()
                        .begin(0, r("x"), a("x", 1))
                        .txn(1, r("x"), a("x", 2))
                        .ok(0, list(r("x"), a("x", 1))));
        assertConvicts(
                "lost-update",
                Level.SNAPSHOT,
                new Story()
                        .txn(2, a("x", 7))
                        .begin(0, r("x"), a("x", 1))
                        .txn(1, r("x", 7), a("x", 2))
                        .ok(0, list(r("x", 7), a("x", 1)))
                        .txn(2, r("x", 7, 1)));
    }

    @Test
    void anOwnAppendThatIsNotSeen_isInternal() {
        assertConvicts("internal", Level.READ_COMMITTED, new Story().txn(0, a("x", 1), r("x")));
        assertConvicts(
                "internal",
                Level.READ_COMMITTED,
                new Story().begin(1, a("x", 2)).txn(0, a("x", 1), r("x", 1, 2)).ok(1));
        assertConvicts("internal", Level.READ_COMMITTED, new Story().txn(0, r("x", 1), a("x", 1)));
    }

    @Test
    void aListThatChangesUnderATransaction_isUnrepeatable() {
        assertConvicts(
                "unrepeatable-read",
                Level.SNAPSHOT,
                new Story()
                        .begin(0, r("x"), r("x"))
                        .txn(1, a("x", 1))
                        .ok(0, list(r("x"), r("x", 1))));
        assertConvicts(
                "unrepeatable-read",
                Level.SNAPSHOT,
                new Story()
                        .begin(0, r("x"), a("x", 2), r("x"))
                        .txn(1, a("x", 1))
                        .ok(0, list(r("x"), a("x", 2), r("x", 1, 2))));
    }

    @Test
    void anElementThatIsThereTwice_isADuplicate() {
        var story = new Story().txn(0, a("x", 1)).txn(0, a("x", 2)).txn(1, r("x", 1, 2, 1));

        assertConvicts("duplicate-elements", Level.READ_COMMITTED, story);
    }

    @Test
    void readsThatAreNoBeginningOfEachOther_areIncompatible() {
        assertConvicts(
                "incompatible-order",
                Level.READ_COMMITTED,
                new Story()
                        .begin(0, a("x", 1))
                        .begin(1, a("x", 2))
                        .txn(2, r("x", 1, 2))
                        .txn(3, r("x", 2))
                        .ok(0)
                        .ok(1));
    }

    @Test
    void anElementThatNobodyAppended_isGarbage() {
        assertConvicts(
                "garbage-read",
                Level.READ_COMMITTED,
                new Story().txn(0, a("x", 1)).txn(1, r("x", 1, 9)));
    }

    @Test
    void aClientThatDoesNotSeeItsOwnPast_breaksItsSession() {
        assertConvicts(
                "G-single-process",
                Level.STRICT_SERIALIZABLE,
                new Story().txn(0, a("x", 1)).txn(0, r("x")).txn(1, r("x", 1)));
        assertConvicts(
                "G1c-process",
                Level.STRICT_SERIALIZABLE,
                new Story().txn(0, r("x", 1)).txn(0, a("x", 1)));
        assertConvicts(
                "G0-process",
                Level.STRICT_SERIALIZABLE,
                new Story().txn(0, a("x", 2)).txn(0, a("x", 1)).txn(1, r("x", 1, 2)));
        assertConvicts(
                "G-nonadjacent-process",
                Level.STRICT_SERIALIZABLE,
                new Story()
                        .begin(0, a("x", 1))
                        .txn(1, a("y", 1))
                        .ok(0)
                        .begin(0, r("y"))
                        .txn(1, r("x"))
                        .ok(0, list(r("y"))));
    }

    /// Nobody ever saw the append, so only that it was acknowledged convicts.
    @Test
    void aLostAcknowledgedAppend_isGSingleRealtime() {
        var anomaly =
                assertConvicts(
                        "G-single-realtime",
                        Level.STRICT_SERIALIZABLE,
                        new Story().txn(0, a("x", 1)).txn(1, r("x")));

        assertThat(anomaly.events()).containsExactly(0L, 1L, 2L, 3L);
        assertThat(anomaly.explanation())
                .contains("was acknowledged (event 1) before")
                .contains("the longest that anybody saw; 1 of");
    }

    @Test
    void whatContradictsTheClock_isOfRealtime() {
        assertConvicts(
                "G0-realtime",
                Level.STRICT_SERIALIZABLE,
                new Story().txn(0, a("x", 2)).txn(1, a("x", 1)).txn(2, r("x", 1, 2)));
        assertConvicts(
                "G1c-realtime",
                Level.STRICT_SERIALIZABLE,
                new Story().txn(0, r("x", 1)).txn(1, a("x", 1)));
        assertConvicts(
                "G2-item-realtime",
                Level.STRICT_SERIALIZABLE,
                new Story()
                        .begin(0, a("x", 1), r("y"))
                        .txn(1, a("y", 1))
                        .txn(2, r("x"))
                        .ok(0, list(a("x", 1), r("y"))));
    }

    @Test
    void aLongWayByTheClock_isShownAsOneStep() {
        var story = new Story().txn(0, a("x", 1));
        for (int i = 0; i < 20; i++) {
            story.txn(i % 2, r("y"));
        }

        var anomaly =
                assertConvicts(
                        "G-single-realtime", Level.STRICT_SERIALIZABLE, story.txn(9, r("x")));
        assertThat(anomaly.events()).containsExactly(0L, 1L, 42L, 43L);
    }

    @Test
    void anUnknownTransaction_mayOrMayNotHaveHappened() {
        assertValid(new Story().begin(0, a("x", 1)).info(0).txn(1, r("x")).txn(1, r("x", 1)));
        assertValid(new Story().begin(0, a("x", 1)).info(0).txn(1, r("x")));
        assertValid(new Story().begin(0, a("x", 1)).txn(1, r("x", 1)));
    }

    @Test
    void anUnknownTransactionOfWhichAnythingWasSeen_happenedAsAWhole() {
        assertConvicts(
                "G-single",
                Level.SNAPSHOT,
                new Story().begin(0, a("x", 1), a("y", 1)).info(0).txn(1, r("x", 1), r("y")));
    }

    @Test
    void aValueAppendedTwiceByTheClients_givesNoVerdict() {
        var story = new Story().txn(0, a("x", 1)).txn(1, a("x", 1));

        assertThat(check(Level.READ_COMMITTED, story).outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void manyLostAppends_areConvictedInLinearTime() {
        var story = new Story();
        for (int i = 0; i < 20_000; i++) {
            story.txn(i % 5, r("x"), a("x", i));
        }

        var verdict = check(Level.STRICT_SERIALIZABLE, story);

        assertThat(verdict.outcome()).isEqualTo(Outcome.INVALID);
        assertThat(verdict.counts().get("dependencies")).isLessThan(2_000_000);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void agreesWithTryingEveryOrder_onSmallHistories(long seed) {
        var random = new SplittableRandom(seed);
        int invalid = 0;
        for (int i = 0; i < 2_000; i++) {
            var history = AppendSimulation.small(random.split());
            boolean isSerializable = AppendOracle.isSerializable(history, false);
            boolean isStrict = AppendOracle.isSerializable(history, true);

            assertThat(check(Level.SERIALIZABLE, history).isValid())
                    .as("serializable: %s", history.events())
                    .isEqualTo(isSerializable);
            assertThat(check(Level.STRICT_SERIALIZABLE, history).isValid())
                    .as("strict: %s", history.events())
                    .isEqualTo(isStrict);
            invalid += isSerializable ? 0 : 1;
        }
        // Both verdicts must be tried enough to mean something.
        assertThat(invalid).isBetween(400, 1_600);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void agreesWithTryingEverySnapshot_onSmallHistories(long seed) {
        var random = new SplittableRandom(seed);
        int invalid = 0;
        for (int i = 0; i < 1_000; i++) {
            var history = AppendSimulation.small(random.split());
            boolean isSnapshot = AppendOracle.isSnapshot(history);
            boolean isFound = !check(Level.SNAPSHOT, history).isValid();

            // Of two appends that nobody saw the order is not known, and not guessed.
            if (AppendOracle.isEverythingSeen(history)) {
                assertThat(isFound).as("%s", history.events()).isEqualTo(!isSnapshot);
            } else if (isFound) {
                assertThat(isSnapshot).as("%s", history.events()).isFalse();
            }
            invalid += isSnapshot ? 0 : 1;
        }
        assertThat(invalid).isBetween(200, 800);
    }
}
