package dev.mainstay.jepsen.checker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/// The strongly connected parts of a graph, by some of its edges, and cycles in them.
///
/// A way can be asked never to take two [Dependencies#RW] edges in a row: then every node is two
/// states, one of them reached by such an edge. A state is twice the node, plus one if so.
final class Knots {

    private static final int NONE = -1;

    private final Dependencies graph;
    private final int kinds;
    private final boolean isSpaced;
    private final List<int[]> knots = new ArrayList<>();
    // By state: the part it belongs to.
    private final int[] part;
    // Of the last cycle looked for. By state: the edge by which it was reached, and from where.
    private final BitSet reached = new BitSet();
    private final int[] arrival;
    private final int[] cameFrom;
    private final int[] queue;
    private long looked;

    /// @param kinds of the edges that count
    /// @param isSpaced never two [Dependencies#RW] in a row
    Knots(Dependencies graph, int kinds, boolean isSpaced) {
        this.graph = graph;
        this.kinds = kinds;
        this.isSpaced = isSpaced;
        int states = 2 * graph.nodes();
        part = new int[states];
        arrival = new int[states];
        cameFrom = new int[states];
        queue = new int[states];
        new Tarjan(states).run();
    }

    /// The states of each part with more than one.
    List<int[]> all() {
        return knots;
    }

    /// How many edges were looked at in search of cycles.
    long looked() {
        return looked;
    }

    /// The edges of these kinds within the knot, each of which begins a cycle.
    List<Integer> edges(int[] knot, int some) {
        List<Integer> edges = new ArrayList<>();
        for (int state : knot) {
            for (int at = graph.first(state / 2); at < graph.first(state / 2 + 1); at++) {
                int next = next(state, graph.outgoing(at), some);
                if (next != NONE && part[next] == part[state]) {
                    edges.add(graph.outgoing(at));
                }
            }
        }
        return edges;
    }

    /// A shortest cycle that begins with this edge and goes on by edges of these kinds; empty if
    /// there is none.
    List<Integer> cycle(int first, int some) {
        int goal = 2 * graph.from(first);
        int start = next(goal, first, kinds);
        reached.clear();
        reach(start, first, NONE);
        queue[0] = start;
        for (int i = 0, known = 1; i < known; i++) {
            int state = queue[i];
            for (int at = graph.first(state / 2); at < graph.first(state / 2 + 1); at++) {
                looked++;
                int next = next(state, graph.outgoing(at), some);
                if (next == NONE || part[next] != part[goal] || reached.get(next)) {
                    continue;
                }
                reach(next, graph.outgoing(at), state);
                if (next == goal) {
                    return edgesTo(goal);
                }
                queue[known++] = next;
            }
        }
        return List.of();
    }

    private void reach(int state, int edge, int from) {
        reached.set(state);
        arrival[state] = edge;
        cameFrom[state] = from;
    }

    private List<Integer> edgesTo(int goal) {
        List<Integer> edges = new ArrayList<>();
        for (int state = goal; state != NONE; state = cameFrom[state]) {
            edges.add(arrival[state]);
        }
        return edges.reversed();
    }

    private int next(int state, int edge, int some) {
        int kind = graph.kind(edge);
        int node = graph.to(edge);
        if ((kind & some & kinds) == 0) {
            return NONE;
        }
        if (!isSpaced) {
            return 2 * node;
        }
        return switch (kind) {
            case Dependencies.RW -> state % 2 == 1 ? NONE : 2 * node + 1;
            case Dependencies.PASS -> 2 * node + state % 2;
            default -> 2 * node;
        };
    }

    /// Tarjan's algorithm, with a stack of its own instead of recursion.
    private final class Tarjan {

        private final int[] number;
        private final int[] low;
        private final int[] cursor;
        private final int[] path;
        private final int[] unassigned;
        private int pathLength;
        private int unassignedCount;
        private int numbers;
        private int parts;

        Tarjan(int states) {
            number = new int[states];
            low = new int[states];
            cursor = new int[states];
            path = new int[states];
            unassigned = new int[states];
        }

        void run() {
            for (int root = 0; root < number.length; root += 2) {
                if (number[root] == 0) {
                    enter(root);
                    while (pathLength > 0) {
                        advance(path[pathLength - 1]);
                    }
                }
            }
        }

        private void enter(int state) {
            number[state] = ++numbers;
            low[state] = numbers;
            cursor[state] = graph.first(state / 2);
            path[pathLength++] = state;
            unassigned[unassignedCount++] = state;
        }

        private void advance(int state) {
            while (cursor[state] < graph.first(state / 2 + 1)) {
                int next = next(state, graph.outgoing(cursor[state]++), kinds);
                if (next == NONE) {
                    continue;
                }
                if (number[next] == 0) {
                    enter(next);
                    return;
                }
                if (part[next] == 0) {
                    low[state] = Math.min(low[state], number[next]);
                }
            }
            pathLength--;
            if (pathLength > 0) {
                int parent = path[pathLength - 1];
                low[parent] = Math.min(low[parent], low[state]);
            }
            if (low[state] == number[state]) {
                assign(state);
            }
        }

        private void assign(int root) {
            parts++;
            int from = unassignedCount;
            do {
                from--;
                part[unassigned[from]] = parts;
            } while (unassigned[from] != root);
            if (unassignedCount - from > 1) {
                knots.add(Arrays.copyOfRange(unassigned, from, unassignedCount));
            }
            unassignedCount = from;
        }
    }
}
