package dev.mainstay.jepsen.checker;

import static dev.mainstay.jepsen.checker.Script.tree;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.jepsen.history.About;
import dev.mainstay.jepsen.history.Failure;
import dev.mainstay.jepsen.history.History;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CounterCheckerTest {

    private static final About STRICT = About.node("n1").withMode("strict");

    private final CounterChecker checker = new CounterChecker();

    private List<String> names(Script script) {
        return names(script.history());
    }

    private List<String> names(History history) {
        return checker.check(history).anomalies().stream().map(Anomaly::name).toList();
    }

    private static Script added(long id, long revision) {
        return new Script().invoke(1, "add", tree(0L, id)).ok(1, tree(0L, id), revision);
    }

    private static Script unknown(long id) {
        return new Script().invoke(1, "add", tree(0L, id)).info(1);
    }

    private static Object outcome(String state, long revision) {
        return tree(0L, 1L, state, revision);
    }

    @Test
    void aRead_liesBetweenWhatIsSureAndWhatIsPossible() {
        assertThat(names(added(1, 5).call("read", tree(0L, 1L)))).isEmpty();
        assertThat(names(added(1, 5).call("read", tree(0L, 0L)))).containsExactly("lost-write");
        assertThat(names(added(1, 5).call("read", tree(0L, 2L)))).containsExactly("double-apply");
        assertThat(names(unknown(1).call("read", tree(0L, 0L)))).isEmpty();
        assertThat(names(unknown(1).call("read", tree(0L, 1L)))).isEmpty();
        assertThat(names(unknown(1).call("read", tree(0L, 2L)))).containsExactly("double-apply");
    }

    @Test
    void aReadThatIsTooSmall_isStale_ifALaterOneIsNot() {
        var script = added(1, 5).call("read", tree(0L, 0L)).call("read", tree(0L, 1L));

        assertThat(names(script)).containsExactly("stale-read");
    }

    @Test
    void whatFailed_orWasMadeVoid_isNotCounted() {
        var failed = new Script().invoke(1, "add", tree(0L, 1L)).fail(1, Failure.Kind.NOT_SENT);
        var isVoid = unknown(1).call("outcome", outcome("aborted", 0));

        assertThat(names(failed.call("read", tree(0L, 1L)))).containsExactly("double-apply");
        assertThat(names(isVoid.call("read", tree(0L, 1L)))).containsExactly("double-apply");
    }

    @Test
    void onceTheOutcomeIsKnown_theReadIsExact() {
        var resolved = unknown(1).call("outcome", outcome("committed", 5));

        assertThat(names(resolved.call("read", tree(0L, 0L)))).containsExactly("lost-write");
    }

    @Test
    void aRepeatedRequest_isAnsweredLikeTheFirst() {
        assertThat(names(added(1, 5).call("repeat", tree(0L, 1L, 5L)))).isEmpty();
        assertThat(names(added(1, 5).call("repeat", tree(0L, 1L, 9L))))
                .containsExactly("double-apply");
    }

    @Test
    void anOutcome_doesNotContradictTheAcknowledgement_norAnotherOutcome() {
        assertThat(names(added(1, 5).call("outcome", outcome("committed", 5)))).isEmpty();
        assertThat(names(added(1, 5).call("outcome", outcome("committed", 6))))
                .containsExactly("wrong-outcome");
        assertThat(names(added(1, 5).call("outcome", outcome("aborted", 0))))
                .containsExactly("wrong-outcome");
        assertThat(names(added(1, 5).call("outcome", outcome("expired", 0)))).isEmpty();
        assertThat(
                        names(
                                unknown(1)
                                        .call("outcome", outcome("aborted", 0))
                                        .call("outcome", outcome("committed", 7))))
                .containsExactly("wrong-outcome");
    }

    @Test
    void whatCertainlyFailed_isNotCommitted() {
        var failed = new Script().invoke(1, "add", tree(0L, 1L)).fail(1, Failure.Kind.NOT_SENT);

        assertThat(names(failed.call("outcome", outcome("committed", 5))))
                .containsExactly("phantom");
    }

    @Test
    void details_nameTheCulprit() {
        assertThat(names(added(1, 5).call("details", details(1L, 1L)))).isEmpty();
        assertThat(names(added(1, 5).call("details", details(1L, 2L))))
                .containsExactly("double-apply");
        assertThat(names(added(1, 5).call("details", tree(0L, tree()))))
                .containsExactly("lost-write");
        assertThat(names(new Script().call("details", details(1L, 1L)))).containsExactly("phantom");
        assertThat(
                        names(
                                unknown(1)
                                        .call("outcome", outcome("aborted", 0))
                                        .call("details", details(1L, 1L))))
                .containsExactly("phantom");
    }

    private static Object details(long id, long times) {
        return tree(0L, tree(tree(id, times)));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aValidHistory_isInvalid_onceAReadIsFarOff(long seed) {
        var simulation = new Simulation(seed);
        var ids = new long[1];
        var history =
                simulation.run(
                        600,
                        () -> {
                            long id = ++ids[0];
                            return simulation.random.nextInt(3) > 0
                                    ? new Simulation.Call(
                                            "add",
                                            tree(0L, id),
                                            About.NOTHING,
                                            () ->
                                                    new Simulation.Answer(
                                                            tree(0L, id), simulation.put("c", id)))
                                    : new Simulation.Call(
                                            "read",
                                            tree(0L, null),
                                            STRICT,
                                            () ->
                                                    new Simulation.Answer(
                                                            tree(0L, simulation.revision - 1),
                                                            simulation.revision));
                        });
        var read = SetCheckerTest.last(history, "read");

        assertThat(names(history)).isEmpty();
        assertThat(names(off(history, read.index(), 30))).containsExactly("double-apply");
        assertThat(names(off(history, read.index(), -30))).containsExactly("lost-write");
    }

    private static History off(History history, long read, long by) {
        return Script.changed(
                history,
                e -> e.index() == read,
                e -> Script.withValue(e, tree(0L, Tree.number(e.value(), 1) + by)));
    }
}
