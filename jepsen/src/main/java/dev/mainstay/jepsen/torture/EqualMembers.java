package dev.mainstay.jepsen.torture;

import dev.mainstay.jepsen.checker.Anomaly;
import dev.mainstay.jepsen.checker.Verdict;
import dev.mainstay.jepsen.cluster.Await;
import dev.mainstay.jepsen.cluster.Digests;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// All members hold the same at the same log index, once the cluster is at rest.
final class EqualMembers {

    private static final String NAME = "digests";
    private static final Duration AT_MOST = Duration.ofSeconds(40);

    private EqualMembers() {}

    /// Of a cluster that others write to as well, and that may never be at rest: then there is
    /// nothing to compare.
    static Verdict checkBusy(List<String> endpoints) {
        var verdict = check(endpoints);
        return verdict.outcome() == Verdict.Outcome.UNKNOWN
                ? Verdict.of(NAME, List.of(), Map.of("not compared, busy", 1L))
                : verdict;
    }

    static Verdict check(List<String> endpoints) {
        try {
            var digests = Digests.atOneIndex(endpoints, AT_MOST);
            var counts =
                    Map.of(
                            "members",
                            (long) digests.size(),
                            "index",
                            digests.getFirst().getIndex());
            return Verdict.of(
                    NAME,
                    Digests.areEqual(digests)
                            ? List.of()
                            : List.of(new Anomaly("diverged", List.of(), digests.toString())),
                    counts);
        } catch (Await.Overdue e) {
            return Verdict.unknown(NAME, String.valueOf(e.getMessage()), Map.of());
        }
    }
}
