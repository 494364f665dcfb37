package dev.mainstay.jepsen.checker;

import static dev.mainstay.jepsen.checker.Script.tree;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.jepsen.history.About;
import dev.mainstay.jepsen.history.Event;
import dev.mainstay.jepsen.history.Failure;
import dev.mainstay.jepsen.history.History;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SetCheckerTest {

    private static final About STRICT = About.node("n1").withMode("strict");

    private final SetChecker checker = new SetChecker();

    private static Script added(long element) {
        return new Script().call("add", tree(0L, element));
    }

    private static Object set(Object... elements) {
        return tree(0L, tree(elements));
    }

    private List<String> names(History history) {
        return checker.check(history).anomalies().stream().map(Anomaly::name).toList();
    }

    @Test
    void anAcknowledgedElement_thatNobodyReadsAnyMore_isLost() {
        assertThat(names(added(1).call("read", set()).history())).containsExactly("lost-write");
    }

    @Test
    void anAcknowledgedElement_thatOnlyALaterReadHas_wasReadTooOld() {
        var script = added(1).call("read", set()).call("read", set(1L));

        assertThat(names(script.history())).containsExactly("stale-read");
    }

    @Test
    void anUnknownElement_mayBeInOrNot_butNotGoOutAgain() {
        var maybe = new Script().invoke(1, "add", tree(0L, 1L)).info(1).call("read", set());
        var late = new Script().invoke(1, "add", tree(0L, 1L)).info(1);
        late.call("read", set()).call("read", set(1L));
        var gone = new Script().invoke(1, "add", tree(0L, 1L)).info(1);
        gone.call("read", set(1L)).call("read", set());

        assertThat(names(maybe.history())).isEmpty();
        assertThat(names(late.history())).isEmpty();
        assertThat(names(gone.history())).containsExactly("lost-write");
    }

    @Test
    void whatNobodyAdded_orCertainlyFailed_orComesLater_isAPhantom() {
        var nobody = new Script().call("read", set(1L));
        var failed = new Script().invoke(1, "add", tree(0L, 1L)).fail(1, Failure.Kind.NOT_SENT);
        failed.call("read", set(1L));
        var later = new Script().call("read", set(1L)).call("add", tree(0L, 1L));

        assertThat(names(nobody.history())).containsExactly("phantom");
        assertThat(names(failed.history())).containsExactly("phantom");
        assertThat(names(later.history())).containsExactly("phantom");
    }

    @Test
    void anElementTwiceInOneRead_isADuplicate() {
        assertThat(names(added(1).call("read", set(1L, 1L)).history()))
                .containsExactly("duplicate");
    }

    @Test
    void setsAreApart() {
        assertThat(names(added(1).call("read", tree(1L, tree())).history())).isEmpty();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aValidHistory_isInvalid_onceALaterReadLacksAnAcknowledgedElement(long seed) {
        var history = valid(seed);
        var add = first(history, "add");
        var read = last(history, "read");

        assertThat(names(history)).isEmpty();
        var element = Tree.number(add.value(), 1);
        assertThat(names(without(history, element, read.index()))).isNotEmpty();
        assertThat(
                        names(
                                Script.changed(
                                        history,
                                        e -> e.index() == add.index(),
                                        e ->
                                                Script.withType(
                                                        e,
                                                        Event.Type.FAIL,
                                                        Failure.Kind.NOT_SENT))))
                .contains("phantom");
    }

    private static History valid(long seed) {
        var simulation = new Simulation(seed);
        List<Object> elements = new ArrayList<>();
        return simulation.run(
                500,
                () -> {
                    long id = ++simulation.revision;
                    return simulation.random.nextInt(3) > 0
                            ? new Simulation.Call(
                                    "add",
                                    tree(0L, id),
                                    About.NOTHING,
                                    () -> {
                                        elements.add(id);
                                        return new Simulation.Answer(tree(0L, id), 0);
                                    })
                            : new Simulation.Call(
                                    "read",
                                    tree(0L, null),
                                    STRICT,
                                    () ->
                                            new Simulation.Answer(
                                                    tree(0L, List.copyOf(elements)), 0));
                });
    }

    static Event first(History history, String function) {
        return ofOk(history, function).getFirst();
    }

    static Event last(History history, String function) {
        return ofOk(history, function).getLast();
    }

    private static List<Event> ofOk(History history, String function) {
        return history.events().stream()
                .filter(e -> e.type() == Event.Type.OK && e.function().equals(function))
                .toList();
    }

    private static History without(History history, long element, long read) {
        return Script.changed(
                history,
                e -> e.index() == read,
                e -> {
                    List<Object> kept = new ArrayList<>();
                    for (var item : Tree.list(e.value(), 1)) {
                        if (Tree.number(item) != element) {
                            kept.add(Tree.number(item));
                        }
                    }
                    return Script.withValue(e, tree(0L, kept));
                });
    }
}
