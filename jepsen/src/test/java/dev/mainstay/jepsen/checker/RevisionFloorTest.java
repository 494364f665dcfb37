package dev.mainstay.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.jepsen.history.About;
import dev.mainstay.jepsen.history.Event;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RevisionFloorTest {

    private static final About STRICT = About.node("n1").withMode("strict");
    private static final About LOCAL = About.node("n2").withMode("local");

    private final RevisionFloor checker = new RevisionFloor();

    @Test
    void aStrictRead_mayNotBeBeforeWhatWasAcknowledgedBeforeItBegan() {
        var script = new Script().invoke(1, "write", 1L).ok(1, 1L, 7);
        script.invoke(2, "read", null, STRICT).ok(2, 0L, 6);

        var verdict = checker.check(script.history());

        assertThat(verdict.anomalies()).extracting(Anomaly::name).containsExactly("stale-read");
        assertThat(verdict.anomalies().getFirst().events()).containsExactly(1L, 2L, 3L);
    }

    @Test
    void aStrictRead_mayBeBeforeWhatWasAcknowledgedWhileItRan() {
        var script = new Script().invoke(2, "read", null, STRICT);
        script.invoke(1, "write", 1L).ok(1, 1L, 7).ok(2, 0L, 6);

        assertThat(checker.check(script.history()).isValid()).isTrue();
    }

    @Test
    void aLocalRead_mayBeOld_butWhatItShowsIsKnownFromThenOn() {
        var old = new Script().invoke(1, "write", 1L).ok(1, 1L, 7);
        old.invoke(2, "read", null, LOCAL).ok(2, 0L, 3);
        var seen = new Script().invoke(2, "read", null, LOCAL).ok(2, 0L, 7);
        seen.invoke(1, "read", null, STRICT).ok(1, 0L, 6);

        assertThat(checker.check(old.history()).isValid()).isTrue();
        assertThat(checker.check(seen.history()).isValid()).isFalse();
    }

    @Test
    void aWrite_comesAfterWhatWasToldBeforeItBegan() {
        var script = new Script().invoke(1, "write", 1L).ok(1, 1L, 7);
        script.invoke(2, "write", 2L).ok(2, 2L, 5);

        assertThat(checker.check(script.history()).anomalies())
                .extracting(Anomaly::name)
                .containsExactly("stale-write");
    }

    @Test
    void unknownCalls_tellNothing() {
        var script = new Script().invoke(1, "write", 1L).info(1);
        script.invoke(2, "read", null, STRICT).ok(2, 0L, 2);

        assertThat(checker.check(script.history()).isValid()).isTrue();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aValidHistory_isInvalid_onceOneStrictReadIsOlder(long seed) {
        var simulation = new Simulation(seed);
        var history =
                simulation.run(
                        600,
                        () ->
                                simulation.random.nextBoolean()
                                        ? new Simulation.Call(
                                                "write",
                                                1L,
                                                About.NOTHING,
                                                () ->
                                                        new Simulation.Answer(
                                                                1L, simulation.put("k", 1)))
                                        : new Simulation.Call(
                                                "read",
                                                null,
                                                STRICT,
                                                () ->
                                                        new Simulation.Answer(
                                                                1L, simulation.revision)));
        var reads =
                history.events().stream()
                        .filter(e -> e.type() == Event.Type.OK && e.function().equals("read"))
                        .filter(e -> e.index() > 100)
                        .map(Event::index)
                        .toList();

        assertThat(checker.check(history).isValid()).isTrue();
        for (var index : List.of(reads.getFirst(), reads.getLast())) {
            var older =
                    Script.changed(
                            history,
                            e -> e.index() == index,
                            e -> Script.withRevision(e, e.about().revision() - 10));
            assertThat(checker.check(older).isValid()).isFalse();
        }
    }
}
