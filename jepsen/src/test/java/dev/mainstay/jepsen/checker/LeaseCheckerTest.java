package dev.mainstay.jepsen.checker;

import static dev.mainstay.jepsen.checker.Script.tree;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.jepsen.history.About;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Leases of two seconds, and a slack of one.
class LeaseCheckerTest {

    private static final About STRICT = About.node("n1").withMode("strict");

    private final LeaseChecker checker = new LeaseChecker(Duration.ofSeconds(1));

    private List<String> names(Script script) {
        return checker.check(script.history()).anomalies().stream().map(Anomaly::name).toList();
    }

    /// Granted at 0, with its key.
    private static Script granted() {
        return new Script().call("grant", tree(1L, 2L)).call("attach", tree(1L));
    }

    private static Script look(Script script, long millis, long found) {
        return script.at(millis).call("look", tree(1L, found), STRICT);
    }

    private static Script keptAlive(Script script, long millis) {
        return script.at(millis).call("keepalive", tree(1L, 2L));
    }

    /// Until then, the leader of a term is seen twice a second.
    private static Script leader(Script script, long term, long fromMillis, long toMillis) {
        for (var millis = fromMillis; millis <= toMillis; millis += 500) {
            script.at(millis).call("term", tree("n0"), About.node("n0").at(0, term));
        }
        return script;
    }

    @Test
    void aKey_isThereUntilItsTimeHasPassed() {
        assertThat(names(look(granted(), 1_900, 0))).containsExactly("expired-early");
        assertThat(names(look(granted(), 2_100, 0))).isEmpty();
        assertThat(names(look(granted(), 1_900, 1))).isEmpty();
    }

    @Test
    void aRenewal_countsFromWhenItWasSent() {
        var slow = granted().at(1_000).invoke(1, "keepalive", tree(1L, null));
        slow.at(1_800).ok(1, tree(1L, 2L), 0);

        assertThat(names(look(keptAlive(granted(), 1_500), 3_400, 0)))
                .containsExactly("expired-early");
        assertThat(names(look(slow, 2_900, 0))).containsExactly("expired-early");
    }

    @Test
    void aRenewalOfUnknownOutcome_makesItNotSurelyLonger_butPerhaps() {
        var unknown = granted().at(1_500).invoke(1, "keepalive", tree(1L, null)).info(1);
        leader(unknown, 1, 1_600, 4_000);

        assertThat(names(look(unknown, 4_100, 1))).isEmpty();
        assertThat(names(look(unknown, 4_200, 0))).isEmpty();
    }

    @Test
    void aNodeThatDoesNotKnowTheLease_hasExpiredItEarly() {
        var script = granted().at(1_000).call("keepalive", tree(1L, 0L));

        assertThat(names(script)).containsExactly("expired-early");
    }

    @Test
    void aRevokedLease_mayBeGone_andMayNotLive() {
        var revoked = granted().call("revoke", tree(1L));
        var failed = granted().invoke(1, "revoke", tree(1L)).info(1);

        assertThat(names(look(revoked, 500, 0))).isEmpty();
        assertThat(names(look(failed, 500, 0))).isEmpty();
        assertThat(names(look(failed, 600, 1))).isEmpty();
        assertThat(names(look(revoked, 600, 1))).containsExactly("outlived");
    }

    @Test
    void aKey_isGoneSomeTimeAfter_underOneLeader() {
        var inBounds = look(leader(granted(), 1, 10, 2_500), 2_900, 1);
        var late = look(leader(granted(), 1, 10, 3_500), 3_600, 1);

        assertThat(names(leader(inBounds, 1, 3_000, 3_500))).isEmpty();
        assertThat(names(leader(late, 1, 3_700, 4_000))).containsExactly("outlived");
    }

    @Test
    void aChangeOfLeaders_beginsTheWaitAnew() {
        var changed = leader(leader(granted(), 1, 10, 1_500), 2, 2_000, 3_500);
        var late = leader(leader(granted(), 1, 10, 1_500), 2, 2_000, 5_000);

        assertThat(names(leader(look(changed, 3_600, 1), 2, 3_700, 4_000))).isEmpty();
        assertThat(names(leader(look(late, 5_200, 1), 2, 5_300, 5_500)))
                .containsExactly("outlived");
    }

    @Test
    void withoutALeaderInSight_nothingIsLate() {
        assertThat(names(look(granted(), 60_000, 1))).isEmpty();
        assertThat(names(look(leader(granted(), 1, 10, 2_000), 8_000, 1))).isEmpty();
    }
}
