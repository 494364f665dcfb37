package dev.mainstay.jepsen.checker;

import static dev.mainstay.jepsen.checker.Story.list;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.jepsen.checker.AppendSimulation.Mode;
import dev.mainstay.jepsen.checker.Verdict.Outcome;
import dev.mainstay.jepsen.history.History;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Stores of known isolation are held to what they claim, and to more.
class IsolationTest {

    private static final int SEEDS = 30;

    private static History run(Mode mode, long seed) {
        return new AppendSimulation(new SplittableRandom(seed), mode, 0.02).run(300, 20);
    }

    private static Set<String> anomalies(Level level, History history) {
        var names = new HashSet<String>();
        new ListAppend(level).check(history).anomalies().forEach(a -> names.add(a.name()));
        return names;
    }

    private static void assertKeeps(Mode mode, Level level) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            assertThat(anomalies(level, run(mode, seed))).as("%s, seed %d", mode, seed).isEmpty();
        }
    }

    /// Every seed is convicted; all names ever given are these.
    private static void assertBreaks(Mode mode, Level level, String... names) {
        var seen = new HashSet<String>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            var anomalies = anomalies(level, run(mode, seed));
            assertThat(anomalies).as("%s, seed %d", mode, seed).isNotEmpty();
            seen.addAll(anomalies);
        }
        assertThat(seen).containsExactlyInAnyOrder(names);
    }

    @Test
    void aSerialStore_isStrictlySerializable() {
        assertKeeps(Mode.SERIAL, Level.STRICT_SERIALIZABLE);
    }

    @Test
    void aStoreOfSnapshots_keepsSnapshots_butSkewsWrites() {
        assertKeeps(Mode.SNAPSHOT, Level.SNAPSHOT);
        assertBreaks(Mode.SNAPSHOT, Level.SERIALIZABLE, "G2-item");
    }

    @Test
    void withoutFirstCommitterWins_updatesAreLost() {
        var names = new HashSet<String>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            var anomalies = anomalies(Level.SNAPSHOT, run(Mode.SNAPSHOT_LAST_WINS, seed));
            assertThat(anomalies).as("seed %d", seed).isNotEmpty();
            names.addAll(anomalies);
        }
        assertThat(names).contains("lost-update", "incompatible-order");
    }

    @Test
    void aStoreThatReadsWhatIsCommitted_doesNotKeepSnapshots() {
        assertKeeps(Mode.READ_COMMITTED, Level.READ_COMMITTED);
        assertBreaks(
                Mode.READ_COMMITTED,
                Level.SNAPSHOT,
                "G-single",
                "G-nonadjacent",
                "lost-update",
                "unrepeatable-read");
    }

    @Test
    void aStoreThatReadsWhatIsNotCommitted_isConvictedOfThat() {
        var names = new HashSet<String>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            var anomalies = anomalies(Level.READ_COMMITTED, run(Mode.READ_UNCOMMITTED, seed));
            assertThat(anomalies).as("seed %d", seed).isNotEmpty();
            names.addAll(anomalies);
        }
        assertThat(names).contains("G0", "G1a", "G1b", "internal");
    }

    @Test
    void aStoreWithStaleReads_isSerializable_butNotByTheClock() {
        assertKeeps(Mode.STALE_READS, Level.SERIALIZABLE);
        for (long seed = 1; seed <= SEEDS; seed++) {
            var names = anomalies(Level.STRICT_SERIALIZABLE, run(Mode.STALE_READS, seed));
            assertThat(names)
                    .isNotEmpty()
                    .allMatch(name -> name.endsWith("-process") || name.endsWith("-realtime"));
        }
    }

    private static void assertConvicts(
            long seed, BiFunction<History, SplittableRandom, Optional<History>> mutation) {
        var history = run(Mode.SERIAL, seed);
        var random = new SplittableRandom(seed);
        for (int i = 0; i < 5; i++) {
            var mutant = mutation.apply(history, random).orElseThrow();
            assertThat(anomalies(Level.STRICT_SERIALIZABLE, mutant)).isNotEmpty();
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void swappingWhatTwoReadsSaw_isSeen(long seed) {
        assertConvicts(seed, AppendMutations::swapReads);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void losingAnAcknowledgedAppend_isSeen(long seed) {
        assertConvicts(seed, AppendMutations::dropAppend);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void anEarlierAcknowledgement_isSeen(long seed) {
        assertConvicts(seed, AppendMutations::endEarlier);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void aFailureOfAnAppendThatWasSeen_isSeen(long seed) {
        assertConvicts(seed, AppendMutations::failAppend);
    }

    @Test
    void otherNames_doNotMatter() {
        for (var mode : Mode.values()) {
            var history = run(mode, 1);
            for (var level : Level.values()) {
                var checker = new ListAppend(level);
                assertThat(places(checker.check(renamed(history))))
                        .isEqualTo(places(checker.check(history)));
            }
        }
    }

    private static List<List<Long>> places(Verdict verdict) {
        return verdict.anomalies().stream().map(Anomaly::events).toList();
    }

    private static History renamed(History history) {
        return Events.map(
                history,
                event -> {
                    List<@Nullable Object> micros = new ArrayList<>();
                    for (var each : (List<?>) Objects.requireNonNull(event.value())) {
                        var micro = (List<?>) Objects.requireNonNull(each);
                        micros.add(
                                list(micro.get(0), "key " + micro.get(1), renamed(micro.get(2))));
                    }
                    return Events.withProcess(Events.with(event, micros), 7_000 - event.process());
                });
    }

    private static @Nullable Object renamed(@Nullable Object value) {
        return switch (value) {
            case Long number -> 1_000_000 - number;
            case List<?> elements -> elements.stream().map(IsolationTest::renamed).toList();
            case null, default -> value;
        };
    }

    @Test
    void aHundredThousandTransactions_onAHundredKeys_areJudged() {
        var random = new SplittableRandom(1);
        var history = new AppendSimulation(random, Mode.SERIAL, 0.01).run(100_000, 100);

        var verdict = new ListAppend(Level.STRICT_SERIALIZABLE).check(history);

        assertThat(verdict.anomalies()).isEmpty();
        assertThat(verdict.counts()).containsEntry("keys", 100L);
    }

    @Test
    void aHundredThousandTransactionsWithSkew_areJudged() {
        var random = new SplittableRandom(1);
        var history = new AppendSimulation(random, Mode.SNAPSHOT, 0.01).run(100_000, 100);

        var verdict = new ListAppend(Level.SNAPSHOT).check(history);

        assertThat(verdict.outcome()).isEqualTo(Outcome.VALID);
        assertThat(verdict.counts().get("allowed G2-item")).isPositive();
    }
}
