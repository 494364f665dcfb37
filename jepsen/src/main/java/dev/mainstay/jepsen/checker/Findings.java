package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.history.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// What a checker has found so far: of each name the first few anomalies, and how many in all. For
/// one thread.
final class Findings {

    private static final int KEPT_PER_NAME = 5;

    private final String checker;
    private final List<Anomaly> kept = new ArrayList<>();
    private final Map<String, Long> found = new TreeMap<>();
    private final Map<String, Long> counts = new TreeMap<>();

    Findings(String checker) {
        this.checker = checker;
    }

    void count(String what, long more) {
        counts.merge(what, more, Long::sum);
    }

    /// @param events indexes, in any order; negative ones stand for "not known" and are left out
    void add(String name, String explanation, List<Long> events) {
        if (found.merge(name, 1L, Long::sum) > KEPT_PER_NAME) {
            return;
        }
        var sorted = new TreeSet<>(events);
        kept.add(new Anomaly(name, List.copyOf(sorted.tailSet(0L)), explanation));
    }

    void add(String name, String explanation, Op... ops) {
        var events = new ArrayList<Long>();
        for (var op : ops) {
            events.add(op.invoke().index());
            var completion = op.completion();
            if (completion != null) {
                events.add(completion.index());
            }
        }
        add(name, explanation, events);
    }

    /// How many of this name.
    long found(String name) {
        return found.getOrDefault(name, 0L);
    }

    Verdict verdict() {
        found.forEach((name, n) -> counts.put("found " + name, n));
        return Verdict.of(checker, kept, counts);
    }
}
