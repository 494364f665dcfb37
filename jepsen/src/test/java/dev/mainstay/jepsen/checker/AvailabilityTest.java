package dev.mainstay.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.jepsen.history.About;
import dev.mainstay.jepsen.history.Failure;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class AvailabilityTest {

    private static final About STRICT = About.node("n1").withMode("strict");

    private final Availability checker = new Availability(30, 10, Duration.ofSeconds(60));

    private static Script calls(int ok, int failed, Failure.Kind kind) {
        var script = new Script();
        for (var i = 0; i < ok; i++) {
            script.call("read", null, STRICT);
        }
        for (var i = 0; i < failed; i++) {
            script.invoke(1, "read", null, STRICT).fail(1, kind);
        }
        return script;
    }

    @Test
    void tooFewAnswers_areNotEnough() {
        var enough = checker.check(calls(30, 70, Failure.Kind.TIMEOUT).history());
        var tooFew = checker.check(calls(29, 71, Failure.Kind.TIMEOUT).history());

        assertThat(enough.isValid()).isTrue();
        assertThat(tooFew.anomalies()).extracting(Anomaly::name).containsExactly("unavailable");
    }

    @Test
    void theStoresOwnNo_isAnAnswer() {
        var verdict = checker.check(calls(0, 100, Failure.Kind.PRECONDITION).history());

        assertThat(verdict.isValid()).isTrue();
    }

    @Test
    void whoIsRefusedAtOnce_andTriesAgainAtOnce_countsOnce() {
        var patient = new Availability(30, 10, Duration.ofSeconds(60), Duration.ofSeconds(1));

        var verdict = patient.check(calls(12, 200, Failure.Kind.DISCONNECTED).history());

        assertThat(verdict.isValid()).isTrue();
    }

    @Test
    void aFewCalls_sayNothing() {
        assertThat(checker.check(calls(0, 19, Failure.Kind.TIMEOUT).history()).isValid()).isTrue();
    }

    @Test
    void eachNode_givesSomeReads_ifTheRunIsLongEnough() {
        var isShort = calls(9, 0, Failure.Kind.TIMEOUT).at(50_000).call("read", null);
        var isLong = calls(9, 0, Failure.Kind.TIMEOUT).at(70_000).call("read", null);
        var isEnough = calls(10, 0, Failure.Kind.TIMEOUT).at(70_000).call("read", null);

        assertThat(checker.check(isShort.history()).isValid()).isTrue();
        assertThat(checker.check(isLong.history()).isValid()).isFalse();
        assertThat(checker.check(isEnough.history()).isValid()).isTrue();
    }
}
