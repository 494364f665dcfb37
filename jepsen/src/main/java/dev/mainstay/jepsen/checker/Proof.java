package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.checker.Cycles.Cycle;
import dev.mainstay.jepsen.checker.Cycles.Step;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Says in words by which micro-operations a cycle is known.
final class Proof {

    private static final int SHOWN_ELEMENTS = 6;

    private final Transactions txns;

    Proof(Transactions txns) {
        this.txns = txns;
    }

    Anomaly of(Cycle cycle) {
        Map<Integer, String> names = new LinkedHashMap<>();
        for (var step : cycle.steps()) {
            names.put(step.from(), "T" + (names.size() + 1));
        }
        List<String> lines = new ArrayList<>();
        names.forEach((id, name) -> lines.add(name + " = " + describe(txns.txn(id))));
        for (var step : cycle.steps()) {
            var a = names(names, step.from());
            var b = names(names, step.to());
            lines.add(a + " before " + b + ": " + reason(step, a, b));
        }
        var members = names.keySet().stream().map(txns::txn).toList();
        return new Anomaly(cycle.name(), events(members), String.join("\n", lines));
    }

    private static String names(Map<Integer, String> names, int id) {
        return Objects.requireNonNull(names.get(id));
    }

    static List<Long> events(Collection<Txn> txns) {
        var events = new TreeSet<Long>();
        for (var txn : txns) {
            events.add(txn.op().begin());
            var completion = txn.op().completion();
            if (completion != null) {
                events.add(completion.index());
            }
        }
        return List.copyOf(events);
    }

    static String describe(Txn txn) {
        var completion = txn.op().completion();
        var what =
                txn.micros().stream()
                        .map(micro ->
                                switch (micro) {
                                    case Txn.Read(var key, var elements) ->
                                            "read " + key + " = " + shown(elements);
                                    case Txn.Append(var key, var element) ->
                                            "append " + element + " to " + key;
                                })
                        .collect(Collectors.joining(", "));
        return "process %d, events %d..%s%s: %s"
                .formatted(
                        txn.op().invoke().process(),
                        txn.op().begin(),
                        completion == null ? "?" : completion.index(),
                        txn.isOk() ? "" : txn.isAborted() ? " (failed)" : " (unknown)",
                        what);
    }

    /// The end of a list says the most.
    static String shown(List<?> elements) {
        int size = elements.size();
        if (size <= SHOWN_ELEMENTS) {
            return elements.toString();
        }
        var end = elements.subList(size - SHOWN_ELEMENTS, size).toString();
        return "[" + (size - SHOWN_ELEMENTS) + " more, " + end.substring(1);
    }

    private String reason(Step step, String a, String b) {
        return switch (step.kind()) {
            case Dependencies.WW -> nextVersion(step, a, b);
            case Dependencies.WR ->
                    "%s read %s as %s left it".formatted(b, Objects.requireNonNull(step.key()), a);
            case Dependencies.RW -> readBefore(step, a, b);
            case Dependencies.PROCESS ->
                    "process %d called them in this order"
                            .formatted(txns.txn(step.from()).op().invoke().process());
            default ->
                    "%s was acknowledged (event %d) before %s began (event %d)"
                            .formatted(
                                    a,
                                    txns.txn(step.from()).op().end(),
                                    b,
                                    txns.txn(step.to()).op().begin());
        };
    }

    private String nextVersion(Step step, String a, String b) {
        var chain = txns.chain(Objects.requireNonNull(step.key()));
        var order = chain.order();
        int last = Chain.NOBODY;
        for (int place = chain.nextAt(0); place < order.size(); place = chain.nextAt(place + 1)) {
            if (last != Chain.NOBODY
                    && chain.writerAt(last) == step.from()
                    && chain.writerAt(place) == step.to()) {
                return "in %s, %s of %s comes right after %s of %s"
                        .formatted(chain.key, order.get(place), b, order.get(last), a);
            }
            last = place;
        }
        return "%s wrote the last element of %s that anybody saw, %s; %s"
                .formatted(a, chain.key, order.get(last), unseen(step, chain, b));
    }

    private String readBefore(Step step, String a, String b) {
        var chain = txns.chain(Objects.requireNonNull(step.key()));
        for (var read : txns.txn(step.from()).reads()) {
            if (!read.key().equals(chain.key) || !chain.isCompatible(read)) {
                continue;
            }
            int next = chain.nextAt(read.elements().size());
            if (next < chain.order().size() && chain.writerAt(next) == step.to()) {
                return "%s read %s = %s, before %s appended %s"
                        .formatted(
                                a, chain.key, shown(read.elements()), b, chain.order().get(next));
            }
        }
        return "%s read %s = %s, the longest that anybody saw; %s"
                .formatted(a, chain.key, shown(chain.order()), unseen(step, chain, b));
    }

    private String unseen(Step step, Chain chain, String b) {
        for (var append : txns.txn(step.to()).appends()) {
            if (append.key().equals(chain.key) && !chain.observed().contains(append.element())) {
                return "%s of %s was seen by nobody, so it comes later"
                        .formatted(append.element(), b);
            }
        }
        throw new AssertionError("no reason for " + step);
    }
}
