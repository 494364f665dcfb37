package dev.mainstay.jepsen.checker;

import static dev.mainstay.jepsen.checker.Script.tree;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.jepsen.history.About;
import dev.mainstay.jepsen.history.Failure;
import dev.mainstay.jepsen.history.History;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WatchCheckerTest {

    private static final About WATCH = About.node("n1").withMode("watch");

    private final WatchChecker checker = new WatchChecker();

    private List<String> names(Script script) {
        return names(script.history());
    }

    private List<String> names(History history) {
        return checker.check(history).anomalies().stream().map(Anomaly::name).toList();
    }

    /// Puts at 5, 6 and 7: `a` = 1, `b` = 2, `a` = 3.
    private static Script written() {
        var script = new Script();
        written(script, 5, put("a", 1));
        written(script, 6, put("b", 2));
        return written(script, 7, put("a", 3));
    }

    private static Script written(Script script, long revision, Object... changes) {
        script.invoke(1, "write", tree(changes));
        return script.ok(1, tree(changes), revision);
    }

    private static Object put(String key, long value) {
        return tree("put", key, value);
    }

    private static Object delete(String key, long deleted) {
        return tree("delete", key, deleted);
    }

    private static Script opened(Script script, long start, long created) {
        return script.call("open", tree("w", start, created), WATCH);
    }

    /// Each batch an answer of its own.
    private static Script saw(Script script, Object... batches) {
        for (var batch : batches) {
            script.call("events", tree("w", tree(tree(batch))), WATCH);
        }
        return script;
    }

    private static Object batch(long revision, Object... events) {
        return tree(revision, tree(events));
    }

    private static Object event(String key, long value, long create, long version) {
        return tree("put", key, value, create, version, -1L);
    }

    private static final Object A1 = batch(5, event("a", 1, 5, 1));
    private static final Object B2 = batch(6, event("b", 2, 6, 1));
    private static final Object A3 = batch(7, event("a", 3, 5, 2));

    private static Script opened() {
        return opened(written(), 5, 7);
    }

    @Test
    void allInOrder_isValid() {
        assertThat(names(saw(opened(), A1, B2, A3))).isEmpty();
        assertThat(names(saw(opened(written(), 0, 5), B2, A3))).isEmpty();
        assertThat(names(saw(opened(written(), 6, 7), B2))).isEmpty();
    }

    @Test
    void aGap_isAMissedEvent() {
        assertThat(names(saw(opened(), A1, A3))).containsExactly("missed-event");
        assertThat(names(saw(opened(), B2, A3))).containsExactly("missed-event");
        assertThat(names(saw(opened(written(), 0, 5), A3))).containsExactly("missed-event");
    }

    @Test
    void aProgress_saysThatNothingIsMissing_andNothingComesAfterIt() {
        var missing = saw(opened(), A1, B2).call("progress", tree("w", 7L), WATCH);
        var after = saw(opened(), A1).call("progress", tree("w", 7L), WATCH);
        var fine = saw(opened(), A1, B2, A3).call("progress", tree("w", 9L), WATCH);

        assertThat(names(missing)).containsExactly("missed-event");
        assertThat(names(saw(after, B2))).contains("event-after-progress");
        assertThat(names(fine)).isEmpty();
    }

    @Test
    void twice_orBackwards_isNamed() {
        assertThat(names(saw(opened(), A1, A1))).containsExactly("duplicate-event");
        assertThat(names(saw(opened(), B2, A1))).contains("out-of-order");
    }

    @Test
    void aReopenedWatch_goesOnWhereItWas() {
        var whole = opened(saw(opened(), A1), 6, 7);
        var gap = opened(saw(opened(), A1), 6, 7);

        assertThat(names(saw(whole, B2, A3))).isEmpty();
        assertThat(names(saw(gap, A3))).containsExactly("missed-event");
    }

    @Test
    void aWatchFromTheFuture_getsNothingEarlier() {
        assertThat(names(saw(opened(written(), 7, 6), B2))).containsExactly("early-event");
        assertThat(names(saw(opened(written(), 7, 6), A3))).isEmpty();
    }

    @Test
    void aRevision_comesWhole() {
        var script = written(new Script(), 5, put("a", 1), put("b", 2));
        var both = batch(5, event("a", 1, 5, 1), event("b", 2, 5, 1));
        var b = batch(5, event("b", 2, 5, 1));

        assertThat(names(saw(opened(script, 5, 5), both))).isEmpty();
        assertThat(names(saw(opened(script, 5, 5), A1))).containsExactly("partial-revision");
        assertThat(names(saw(opened(script, 5, 5), A1, b))).contains("split-revision");
    }

    @Test
    void whatNobodyWrote_isAPhantom() {
        var failed = new Script().invoke(1, "write", tree(put("a", 1)));
        failed.fail(1, Failure.Kind.NOT_SENT);

        assertThat(names(saw(opened(new Script(), 5, 5), A1))).containsExactly("phantom-event");
        assertThat(names(saw(opened(failed, 5, 5), A1))).containsExactly("phantom-event");
        assertThat(names(saw(opened(), batch(5, event("a", 9, 5, 1)))))
                .containsExactly("wrong-event");
    }

    @Test
    void anUnknownWrite_isKnownOnceItIsSeen() {
        var unknown = new Script().invoke(2, "write", tree(put("a", 1))).info(2);
        saw(opened(unknown, 5, 5), A1);
        unknown.call("open", tree("v", 5L, 5L), WATCH);
        unknown.call("progress", tree("v", 8L), WATCH);

        assertThat(names(unknown)).containsExactly("missed-event");
    }

    @Test
    void aWriteSeenAtTwoRevisions_wasAppliedTwice() {
        var again = batch(8, event("a", 1, 5, 3));

        assertThat(names(saw(opened(), A1, B2, A3, again))).contains("double-apply");
    }

    @Test
    void aDelete_isSeenOnlyIfThereWasSomethingToDelete() {
        var gone = written(written(), 8, delete("a", 1));
        var nothing = written(written(), 7, delete("c", 0));
        var deleted = batch(8, tree("delete", "a", 0L, 0L, 0L, 3L));

        assertThat(names(saw(opened(gone, 5, 8), A1, B2, A3, deleted))).isEmpty();
        assertThat(names(saw(opened(nothing, 5, 8), A1, B2, A3))).isEmpty();
    }

    @Test
    void versionsAndPreviousValues_followFromTheChanges() {
        var previous = batch(7, tree("put", "a", 3L, 5L, 2L, 1L));
        var wrongPrevious = batch(7, tree("put", "a", 3L, 5L, 2L, 2L));
        var noPrevious = batch(7, tree("put", "a", 3L, 5L, 2L, 0L));
        var wrongCreate = batch(7, event("a", 3, 7, 1));
        var compacted = written().call("compact", tree(7L));

        assertThat(names(saw(opened(), A1, B2, previous))).isEmpty();
        assertThat(names(saw(opened(), A1, B2, wrongPrevious))).containsExactly("wrong-previous");
        assertThat(names(saw(opened(), A1, B2, noPrevious))).containsExactly("wrong-previous");
        assertThat(names(saw(opened(compacted, 5, 7), A1, B2, noPrevious))).isEmpty();
        assertThat(names(saw(opened(), A1, B2, wrongCreate))).containsExactly("wrong-version");
    }

    @Test
    void theContent_followsFromTheChanges() {
        var strict = About.node("n1").withMode("strict").at(7, 0);
        var a = tree("a", 3L, 5L, 7L, 2L);
        var b = tree("b", 2L, 6L, 6L, 1L);

        assertThat(names(written().call("content", tree(tree(a, b)), strict))).isEmpty();
        assertThat(names(written().call("content", tree(tree(a)), strict)))
                .containsExactly("wrong-content");
    }

    @Test
    void aWatch_isCompactedOnlyIfSomebodyAskedForIt() {
        var claimed = opened().call("compacted", tree("w", 6L), WATCH);
        var asked = opened(written().call("compact", tree(6L)), 5, 7);

        assertThat(names(claimed)).containsExactly("false-compaction");
        assertThat(names(asked.call("compacted", tree("w", 6L), WATCH))).isEmpty();
    }

    @Test
    void inTheEnd_everyWatcherComesToTheMarker() {
        var script = saw(opened(), A1, B2, A3).invoke(1, "marker", tree(put("b", 9)));
        script.ok(1, tree(put("b", 9)), 8);

        assertThat(names(script)).containsExactly("watch-stuck");
        assertThat(names(saw(script, batch(8, event("b", 9, 6, 2))))).isEmpty();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aValidHistory_isInvalid_onceAWatcherMissesOrRepeatsOneRevision(long seed) {
        var random = new SplittableRandom(seed);
        var script = new Script();
        List<Object> batches = new ArrayList<>();
        var versions = new long[3];
        var creates = new long[3];
        for (var revision = 2L; revision < 60; revision++) {
            var key = random.nextInt(3);
            creates[key] = versions[key]++ == 0 ? revision : creates[key];
            written(script, revision, put("k" + key, revision));
            batches.add(batch(revision, event("k" + key, revision, creates[key], versions[key])));
        }
        var history = saw(opened(script, 2, 60), batches.toArray()).history();
        var seen =
                history.events().stream()
                        .filter(e -> ReadModesCheckerTest.isOk(e, "events"))
                        .toList();
        var victim = seen.get(random.nextInt(1, seen.size() - 1));
        var other = seen.get(random.nextInt(1, seen.size() - 1));

        assertThat(names(history)).isEmpty();
        assertThat(
                        names(
                                Script.changed(
                                        history,
                                        victim::equals,
                                        e -> Script.withValue(e, tree("w", tree())))))
                .containsExactly("missed-event");
        assertThat(
                        names(
                                Script.changed(
                                        history,
                                        seen.getLast()::equals,
                                        e -> Script.withValue(e, other.value()))))
                .contains("duplicate-event");
    }
}
