package dev.mainstay.jepsen.report;

import dev.mainstay.jepsen.report.Sighting.State;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// Who led when, made of sightings. Immutable.
public final class Reigns {

    /// A node was seen to lead a new term.
    public record Change(double seconds, int node, long term) {}

    /// A node stood like this for a while.
    record Stretch(double from, double to, State state, long term) {}

    private final List<Sighting> sightings;
    private final List<Change> changes;

    /// @param sightings in order of time
    public Reigns(List<Sighting> sightings) {
        this.sightings = List.copyOf(sightings);
        this.changes = changes(this.sightings);
    }

    private static List<Change> changes(List<Sighting> sightings) {
        var changes = new ArrayList<Change>();
        long highest = 0;
        for (var seen : sightings) {
            if (seen.state() == State.LEADS && seen.term() > highest) {
                highest = seen.term();
                changes.add(new Change(seen.nanos() / 1e9, seen.node(), seen.term()));
            }
        }
        return List.copyOf(changes);
    }

    /// Each leader, the first one too.
    List<Change> all() {
        return changes;
    }

    /// Without the first leader, who replaced nobody.
    public List<Change> changes() {
        return changes.isEmpty() ? changes : changes.subList(1, changes.size());
    }

    List<Integer> nodes() {
        return sightings.stream().map(Sighting::node).distinct().sorted().toList();
    }

    /// What one node was, without gaps, until the end.
    List<Stretch> of(int node, double endSeconds) {
        var stretches = new ArrayList<Stretch>();
        Sighting first = null;
        for (var seen : sightings) {
            if (seen.node() != node) {
                continue;
            }
            if (first == null) {
                first = seen;
            } else if (seen.state() != first.state() || seen.term() != first.term()) {
                stretches.add(stretch(first, seen.nanos() / 1e9));
                first = seen;
            }
        }
        if (first != null) {
            stretches.add(stretch(first, endSeconds));
        }
        return stretches;
    }

    private static Stretch stretch(Sighting first, double to) {
        return new Stretch(first.nanos() / 1e9, to, first.state(), first.term());
    }

    /// One moment of a node: how many log entries it was behind the one that had applied most.
    record Lag(double seconds, long entries) {}

    List<Lag> lag(int node) {
        var newest = new TreeMap<Integer, Long>();
        var lags = new ArrayList<Lag>();
        for (var seen : sightings) {
            if (seen.applied() > 0) {
                newest.put(seen.node(), seen.applied());
            }
            if (seen.node() == node && newest.containsKey(node)) {
                long most = newest.values().stream().mapToLong(Long::longValue).max().orElse(0);
                lags.add(new Lag(seen.nanos() / 1e9, most - newest.get(node)));
            }
        }
        return lags;
    }
}
