package dev.mainstay.jepsen.nemesis;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;

/// A directed link by its ends.
record Wire(int from, int to) {

    /// Those for which the predicate of (from, to) holds.
    static List<Wire> where(int nodes, BiPredicate<Integer, Integer> isMeant) {
        var wires = new ArrayList<Wire>();
        for (var from = 0; from < nodes; from++) {
            for (var to = 0; to < nodes; to++) {
                if (from != to && isMeant.test(from, to)) {
                    wires.add(new Wire(from, to));
                }
            }
        }
        return wires;
    }

    static long hindered(Links links, List<Wire> wires) throws IOException {
        var sum = 0L;
        for (var wire : wires) {
            sum += links.hindered(wire.from, wire.to);
        }
        return sum;
    }

    @Override
    public String toString() {
        return from + ">" + to;
    }
}
