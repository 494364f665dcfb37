package dev.mainstay.jepsen.checker;

import static dev.mainstay.jepsen.checker.Story.list;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.jepsen.checker.Verdict.Outcome;
import dev.mainstay.jepsen.history.History;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegisterMutationTest {

    private static final Linearizability CHECKER = new Linearizability(new RegisterModel());

    private static History valid(long seed) {
        var history = new RegisterSimulation(new SplittableRandom(seed), 0.02).run(10, 60);
        assertThat(CHECKER.check(history).outcome()).isEqualTo(Outcome.VALID);
        return history;
    }

    private static void assertConvicts(
            long seed, BiFunction<History, SplittableRandom, Optional<History>> mutation) {
        var history = valid(seed);
        var random = new SplittableRandom(seed);
        for (int i = 0; i < 5; i++) {
            var mutant = mutation.apply(history, random).orElseThrow();
            assertThat(CHECKER.check(mutant).outcome()).isEqualTo(Outcome.INVALID);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void swappingWhatTwoReadsSaw_isSeen(long seed) {
        assertConvicts(seed, RegisterMutations::swapReads);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void losingAnAcknowledgedWrite_isSeen(long seed) {
        assertConvicts(seed, RegisterMutations::dropWrite);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void anEarlierAcknowledgement_isSeen(long seed) {
        assertConvicts(seed, RegisterMutations::endEarlier);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void aFailureOfAWriteThatWasSeen_isSeen(long seed) {
        assertConvicts(seed, RegisterMutations::failWrite);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void otherNames_doNotMatter(long seed) {
        var history = valid(seed);
        var invalid =
                RegisterMutations.dropWrite(history, new SplittableRandom(seed)).orElseThrow();

        var anomalies = CHECKER.check(invalid).anomalies();
        var renamed = CHECKER.check(renamed(invalid)).anomalies();

        assertThat(CHECKER.check(renamed(history)).outcome()).isEqualTo(Outcome.VALID);
        assertThat(renamed)
                .extracting(Anomaly::events)
                .isEqualTo(anomalies.stream().map(Anomaly::events).toList());
    }

    private static History renamed(History history) {
        return Events.map(
                history,
                event -> {
                    var value = (List<?>) Objects.requireNonNull(event.value());
                    var other = list("key " + value.get(0), renamed(value.get(1)));
                    return Events.withProcess(Events.with(event, other), 7_000 - event.process());
                });
    }

    private static @Nullable Object renamed(@Nullable Object value) {
        return switch (value) {
            case Long number -> number == 0 ? number : Long.valueOf(1_000_000 - number);
            case List<?> swap -> list(renamed(swap.get(0)), renamed(swap.get(1)));
            case null, default -> value;
        };
    }
}
