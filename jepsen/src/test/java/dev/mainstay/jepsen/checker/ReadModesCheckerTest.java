package dev.mainstay.jepsen.checker;

import static dev.mainstay.jepsen.checker.Script.tree;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.jepsen.history.About;
import dev.mainstay.jepsen.history.Event;
import dev.mainstay.jepsen.history.Failure;
import dev.mainstay.jepsen.history.History;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadModesCheckerTest {

    private final ReadModesChecker checker = new ReadModesChecker();

    private List<String> names(Script script) {
        return names(script.history());
    }

    private List<String> names(History history) {
        return checker.check(history).anomalies().stream().map(Anomaly::name).toList();
    }

    private static Script put(long value, long revision) {
        return put(new Script(), "w", value, revision);
    }

    private static Script put(Script script, String client, long value, long revision) {
        var tree = tree(client, "put", "k", value);
        return script.invoke(1, "write", tree).ok(1, tree, revision);
    }

    private static Script delete(Script script, long revision) {
        var tree = tree("w", "delete", "k", 0L);
        return script.invoke(1, "write", tree).ok(1, tree, revision);
    }

    /// A read by client `r` at n1 that shows `k` = `value`, or nothing if 0.
    private static Script read(Script script, String mode, long revision, long value, long mod) {
        return readBy(script, "r", mode, revision, 0, value == 0 ? tree() : row(value, mod));
    }

    private static Object row(long value, long mod) {
        return tree(tree("k", value, mod));
    }

    private static Script readBy(
            Script script, String client, String mode, long revision, long token, Object rows) {
        return script.invoke(
                        2, "read", tree(client, token, null, null), About.node("n1").withMode(mode))
                .ok(2, tree(client, token, -1L, rows), revision);
    }

    @Test
    void aStrictRead_seesWhatWasAcknowledged() {
        assertThat(names(read(put(1, 5), "strict", 5, 1, 5))).isEmpty();
        assertThat(names(read(put(1, 5), "strict", 4, 0, 0))).containsExactly("stale-read");
        assertThat(names(read(put(1, 5), "local", 4, 0, 0))).isEmpty();
    }

    @Test
    void aSession_readsItsWrites_itsToken_andNeverGoesBack() {
        var own = put(new Script(), "r", 1, 5);
        var token = readBy(put(1, 5), "r", "session", 4, 5, tree());
        var back = read(read(put(1, 5), "session", 5, 1, 5), "session", 4, 0, 0);

        assertThat(names(read(own, "session", 4, 0, 0))).containsExactly("read-your-writes");
        assertThat(names(token)).containsExactly("read-your-writes");
        assertThat(names(back)).containsExactly("non-monotonic-read");
        assertThat(names(read(put(1, 5), "session", 4, 0, 0))).isEmpty();
    }

    @Test
    void aBoundedRead_seesWhatWasAcknowledgedBeforeTheBound() {
        assertThat(names(read(put(1, 5).at(150), "bounded:200", 4, 0, 0))).isEmpty();
        assertThat(names(read(put(1, 5).at(300), "bounded:200", 4, 0, 0)))
                .containsExactly("too-stale");
    }

    @Test
    void aClaimedStaleness_isTrue() {
        var script = put(1, 5).at(300);
        script.invoke(2, "read", tree("r", 0L, null, null), About.node("n1").withMode("local"))
                .ok(2, tree("r", 0L, 100L, tree()), 4);

        assertThat(names(script)).containsExactly("false-staleness");
    }

    @Test
    void aLocalRead_neverGoesBackOnOneNode_unlessItWasRestarted() {
        var back = read(read(put(1, 5), "local", 5, 1, 5), "local", 4, 0, 0);
        var killed = read(put(1, 5), "local", 5, 1, 5);
        killed.fault("kill/one", Map.of("targets", List.of(1L)));
        var other = read(put(1, 5), "local", 5, 1, 5);
        other.fault("kill/one", Map.of("targets", List.of(2L)));
        var paused = read(put(1, 5), "local", 5, 1, 5);
        paused.fault("pause/one", null);

        assertThat(names(back)).containsExactly("non-monotonic-read");
        assertThat(names(read(killed, "local", 4, 0, 0))).isEmpty();
        assertThat(names(read(other, "local", 4, 0, 0))).containsExactly("non-monotonic-read");
        assertThat(names(read(paused, "local", 4, 0, 0))).containsExactly("non-monotonic-read");
    }

    @Test
    void everyRead_showsTheStateAtItsRevision() {
        assertThat(names(read(put(1, 5), "local", 6, 0, 0))).containsExactly("wrong-content");
        assertThat(names(read(delete(put(1, 5), 6), "local", 6, 1, 5)))
                .containsExactly("wrong-content");
        assertThat(names(read(delete(put(1, 5), 6), "local", 5, 1, 5))).isEmpty();
        assertThat(names(read(delete(put(1, 5), 6), "local", 6, 0, 0))).isEmpty();
        assertThat(names(read(put(1, 5), "local", 4, 1, 5))).contains("wrong-content");
    }

    @Test
    void whatNobodyWrote_isAPhantom_andWhatIsWrittenTwiceADoubleApply() {
        var failed = new Script().invoke(1, "write", tree("w", "put", "k", 1L));
        failed.fail(1, Failure.Kind.NOT_SENT);

        assertThat(names(read(new Script(), "local", 5, 9, 5))).containsExactly("phantom");
        assertThat(names(read(failed, "local", 5, 1, 5))).containsExactly("phantom");
        assertThat(names(read(put(1, 5), "local", 8, 1, 7))).contains("double-apply");
    }

    @Test
    void anUnknownWrite_isKnownOnceItIsRead() {
        var unknown = new Script().invoke(1, "write", tree("w", "put", "k", 1L)).info(1);
        read(unknown, "local", 5, 1, 5);

        assertThat(names(unknown)).isEmpty();
        assertThat(names(read(unknown, "local", 6, 0, 0))).containsExactly("wrong-content");
    }

    @Test
    void anUnknownDelete_excusesThatAKeyIsMissing() {
        var script = put(1, 5).invoke(3, "write", tree("w", "delete", "k", 0L)).info(3);

        assertThat(names(read(script, "strict", 6, 0, 0))).isEmpty();
    }

    @Test
    void twoPuts_haveTwoRevisions() {
        assertThat(names(put(put(1, 5), "w", 2, 5))).contains("wrong-content");
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aValidHistory_isInvalid_onceAReadIsOlderOrShowsAnotherState(long seed) {
        var history = valid(seed);
        var read = SetCheckerTest.last(history, "read");
        var older =
                Script.changed(
                        history,
                        e -> e.index() == read.index(),
                        e -> Script.withRevision(e, e.about().revision() - 20));
        var empty =
                Script.changed(
                        history,
                        e -> e.index() == read.index(),
                        e -> Script.withValue(e, tree("r", 0L, -1L, tree())));

        assertThat(names(history)).isEmpty();
        assertThat(names(older)).isNotEmpty();
        assertThat(names(empty)).contains("wrong-content");
    }

    private static History valid(long seed) {
        var simulation = new Simulation(seed);
        var values = new long[1];
        return simulation.run(
                900,
                () -> {
                    var key = "k" + simulation.random.nextInt(4);
                    long value = ++values[0];
                    return simulation.random.nextBoolean()
                            ? new Simulation.Call(
                                    "write",
                                    tree("w", "put", key, value),
                                    About.NOTHING,
                                    () ->
                                            new Simulation.Answer(
                                                    tree("w", "put", key, value),
                                                    simulation.put(key, value)))
                            : new Simulation.Call(
                                    "read",
                                    tree("r", 0L, null, null),
                                    About.node("n1").withMode("strict"),
                                    () -> shown(simulation));
                });
    }

    private static Simulation.Answer shown(Simulation simulation) {
        List<Object> rows = new ArrayList<>();
        simulation.store.forEach((key, entry) -> rows.add(tree(key, entry.value(), entry.mod())));
        return new Simulation.Answer(tree("r", 0L, -1L, rows), simulation.revision);
    }

    static boolean isOk(Event event, String function) {
        return event.type() == Event.Type.OK && event.function().equals(function);
    }
}
