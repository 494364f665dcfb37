package dev.mainstay.jepsen.checker;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Finds the cycles of a graph of dependencies and gives them their names. Used once, by one
/// thread.
///
/// Whether there is a forbidden cycle is decided exactly, in linear time. Of each knot of them one
/// is shown, of the plainest kind: the fewest sorts of edges, then few of them.
final class Cycles {

    /// One edge of a cycle between transactions.
    ///
    /// @param key it is about; null if about none
    record Step(int from, int to, int kind, @Nullable Object key) {}

    record Cycle(String name, List<Step> steps) {}

    // So many first edges are tried for a short cycle; for one with a single RW edge all are, until
    // this many edges were looked at.
    private static final int TRIES_MAX = 32;
    private static final long LOOKS_MAX = 50_000_000;

    private static final int VERSIONS = Dependencies.WW | Dependencies.PASS;
    private static final int INFORMATION = VERSIONS | Dependencies.WR;
    private static final int ALL = INFORMATION | Dependencies.RW;

    private final Dependencies graph;
    private final Predicate<String> isForbidden;
    private final List<Cycle> found = new ArrayList<>();
    private final Map<String, Long> allowed = new TreeMap<>();
    // Nodes of cycles already found: a larger knot around them says nothing new.
    private final BitSet told = new BitSet();
    private long looksLeft = LOOKS_MAX;

    Cycles(Dependencies graph, Predicate<String> isForbidden) {
        this.graph = graph;
        this.isForbidden = isForbidden;
        for (int order : new int[] {0, Dependencies.PROCESS, Dependencies.REALTIME}) {
            look(VERSIONS | order, false);
            look(INFORMATION | order, false);
            look(ALL | order, true);
            look(ALL | order, false);
        }
    }

    List<Cycle> found() {
        return found;
    }

    /// How many knots of a kind that is not forbidden were seen.
    Map<String, Long> allowed() {
        return allowed;
    }

    private void look(int kinds, boolean isSpaced) {
        var knots = new Knots(graph, kinds, isSpaced);
        for (var knot : knots.all()) {
            if (isTold(knot)) {
                continue;
            }
            var cycle = named(plainest(knots, knot, kinds, isSpaced));
            if (isForbidden.test(cycle.name())) {
                found.add(cycle);
                cycle.steps().forEach(step -> told.set(step.from()));
            } else if (cycle.name().endsWith(suffix(kinds))) {
                allowed.merge(cycle.name(), 1L, Long::sum);
            }
        }
    }

    private static String suffix(int kinds) {
        if ((kinds & Dependencies.REALTIME) != 0) {
            return "-realtime";
        }
        return (kinds & Dependencies.PROCESS) != 0 ? "-process" : "";
    }

    private boolean isTold(int[] knot) {
        for (int state : knot) {
            if (told.get(state / 2)) {
                return true;
            }
        }
        return false;
    }

    private List<Integer> plainest(Knots knots, int[] knot, int kinds, boolean isSpaced) {
        if (isSpaced) {
            var single = single(knots, knot, kinds);
            if (!single.isEmpty()) {
                return single;
            }
        }
        var edges = knots.edges(knot, Dependencies.RW);
        if (edges.isEmpty()) {
            edges = knots.edges(knot, kinds);
        }
        List<Integer> shortest = List.of();
        for (int edge : edges.subList(0, Math.min(TRIES_MAX, edges.size()))) {
            var cycle = knots.cycle(edge, kinds);
            if (!cycle.isEmpty() && (shortest.isEmpty() || cycle.size() < shortest.size())) {
                shortest = cycle;
            }
        }
        assert !shortest.isEmpty() : "a knot without a cycle";
        return shortest;
    }

    /// A cycle with one RW edge.
    private List<Integer> single(Knots knots, int[] knot, int kinds) {
        List<Integer> shortest = List.of();
        int foundCount = 0;
        for (int edge : knots.edges(knot, Dependencies.RW)) {
            long before = knots.looked();
            var cycle = knots.cycle(edge, kinds & ~Dependencies.RW);
            looksLeft -= knots.looked() - before;
            if (!cycle.isEmpty() && (shortest.isEmpty() || cycle.size() < shortest.size())) {
                shortest = cycle;
            }
            foundCount += cycle.isEmpty() ? 0 : 1;
            if (foundCount == TRIES_MAX || looksLeft < 0) {
                break;
            }
        }
        return shortest;
    }

    private Cycle named(List<Integer> edges) {
        var steps = withoutDetours(steps(edges));
        return new Cycle(name(steps), steps);
    }

    /// The edges, with the nodes that stand for unseen appends left out.
    private List<Step> steps(List<Integer> edges) {
        List<Step> steps = new ArrayList<>();
        int shift = 0;
        while (!graph.isTxn(graph.from(edges.get(shift)))) {
            shift++;
        }
        for (int i = 0; i < edges.size(); i++) {
            int edge = edges.get((shift + i) % edges.size());
            int to = graph.to(edge);
            if (!graph.isTxn(to)) {
                i++;
                to = graph.to(edges.get((shift + i) % edges.size()));
            }
            steps.add(new Step(graph.from(edge), to, graph.kind(edge), graph.key(edge)));
        }
        return steps;
    }

    /// Who was acknowledged before one who was acknowledged before a third began, was so before the
    /// third.
    private static List<Step> withoutDetours(List<Step> steps) {
        // Begins with another kind, so that no row of them goes around the end.
        int shift = 0;
        while (steps.get(shift).kind() == Dependencies.REALTIME) {
            shift++;
        }
        List<Step> direct = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            var step = steps.get((shift + i) % steps.size());
            if (step.kind() == Dependencies.REALTIME
                    && direct.getLast().kind() == Dependencies.REALTIME) {
                step = new Step(direct.removeLast().from(), step.to(), step.kind(), null);
            }
            direct.add(step);
        }
        return direct;
    }

    private static String name(List<Step> steps) {
        int kinds = 0;
        int rw = 0;
        boolean isSpaced = true;
        int last = steps.getLast().kind();
        for (var step : steps) {
            kinds |= step.kind();
            if (step.kind() == Dependencies.RW) {
                rw++;
                isSpaced &= last != Dependencies.RW;
            }
            last = step.kind();
        }
        return switch (rw) {
                    case 0 -> (kinds & Dependencies.WR) == 0 ? "G0" : "G1c";
                    case 1 -> "G-single";
                    default -> isSpaced ? "G-nonadjacent" : "G2-item";
                }
                + suffix(kinds);
    }
}
