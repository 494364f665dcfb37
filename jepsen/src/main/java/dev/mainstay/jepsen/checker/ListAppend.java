package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.history.History;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Judges transactions that append to lists and read them. Runs on its caller's thread.
///
/// A read of a list shows all appends before it, in order; so who came before whom can be told, and
/// a cycle is a proof that no order exists. Forbidden is what the claimed [Level] forbids; what
/// else was seen is counted as allowed.
///
/// A transaction of unknown outcome is taken to have committed if anybody saw an append of it, and
/// not to have happened otherwise.
public final class ListAppend implements Checker {

    private static final int SHOWN_PER_NAME = 5;

    private final Level level;

    /// @param level what the store claims
    public ListAppend(Level level) {
        this.level = level;
    }

    @Override
    public String name() {
        return "list-append";
    }

    @Override
    public Verdict check(History history) {
        var txns = Transactions.of(history);
        Map<String, Long> counts = new TreeMap<>();
        counts.put("transactions", (long) txns.all().size());
        counts.put("committed", (long) txns.committed().cardinality());
        counts.put("keys", (long) txns.chains().size());
        if (!txns.flaws().isEmpty()) {
            return Verdict.unknown(name(), "no verdict: " + txns.flaws().getFirst(), counts);
        }
        var anomalies = new Shown(counts);
        new Observations(txns, anomalies::add).look();

        var graph = new Dependencies(txns);
        counts.put("dependencies", (long) graph.edges());
        var cycles = new Cycles(graph, level::forbids);
        var proof = new Proof(txns);
        cycles.found().forEach(cycle -> anomalies.add(cycle.name(), proof.of(cycle)));
        cycles.allowed().forEach((name, count) -> counts.put("allowed " + name, count));
        return Verdict.of(name(), anomalies.shown, counts);
    }

    /// The first few of every name that is forbidden, and the number of all.
    private final class Shown {

        private final List<Anomaly> shown = new ArrayList<>();
        private final Map<String, Integer> perName = new HashMap<>();
        private final Map<String, Long> counts;

        Shown(Map<String, Long> counts) {
            this.counts = counts;
        }

        void add(String name, Anomaly anomaly) {
            boolean isForbidden = level.forbids(name);
            counts.merge(isForbidden ? name : "allowed " + name, 1L, Long::sum);
            if (isForbidden && perName.merge(name, 1, Integer::sum) <= SHOWN_PER_NAME) {
                shown.add(anomaly);
            }
        }
    }
}
