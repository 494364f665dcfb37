package dev.mainstay.jepsen.checker;

import static dev.mainstay.jepsen.checker.Script.tree;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.jepsen.history.About;
import java.util.List;
import org.junit.jupiter.api.Test;

class LockCheckerTest {

    private final LockChecker checker = new LockChecker();

    private List<String> names(Script script) {
        return checker.check(script.history()).anomalies().stream().map(Anomaly::name).toList();
    }

    private static Script acquired(Script script, long token) {
        return script.call("acquire", tree(0L, token));
    }

    private static Script fenced(Script script, long token, long revision) {
        return script.call("fenced", tree(0L, token, 1L), About.NOTHING.at(revision, 0));
    }

    @Test
    void tokens_growFromHolderToHolder() {
        assertThat(names(acquired(acquired(new Script(), 5), 7))).isEmpty();
        assertThat(names(acquired(acquired(new Script(), 7), 5)))
                .containsExactly("token-regression");
        assertThat(names(acquired(acquired(new Script(), 7), 7))).containsExactly("token-reuse");
    }

    @Test
    void tokensOfThoseWhoWaitTogether_comeInAnyOrder() {
        var script = new Script().invoke(1, "acquire", tree(0L, null));
        acquired(script, 7).ok(1, tree(0L, 5L), 0);

        assertThat(names(script)).isEmpty();
    }

    @Test
    void anOldToken_changesNothing_onceAnotherWasGiven() {
        var first = fenced(acquired(new Script(), 5), 5, 6);
        var second = fenced(acquired(first, 7), 7, 8);

        assertThat(names(second)).isEmpty();
        assertThat(names(fenced(second, 5, 9))).contains("fence-broken");
    }

    @Test
    void anOldToken_changesNothing_afterAWriteWithANewerOne() {
        var script = new Script().invoke(1, "fenced", tree(0L, 5L, 1L));
        script.invoke(2, "fenced", tree(0L, 7L, 1L));
        script.ok(2, tree(0L, 7L, 1L), 8).ok(1, tree(0L, 5L, 1L), 9);

        assertThat(names(script)).containsExactly("fence-broken");
    }

    @Test
    void aTokenThatWasGivenBack_changesNothing() {
        var script = acquired(new Script(), 5).call("release", tree(0L, 5L));

        assertThat(names(fenced(script, 5, 9))).containsExactly("fence-broken");
    }

    @Test
    void locksAreApart() {
        var script = acquired(new Script(), 5).call("acquire", tree(1L, 3L));

        assertThat(names(fenced(script, 5, 9))).isEmpty();
    }
}
