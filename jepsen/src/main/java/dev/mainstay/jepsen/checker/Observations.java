package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.checker.Chain.Sight;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;

/// Looks for what must not be seen whatever came before what: each needs one or two transactions.
/// Used once, by one thread.
final class Observations {

    private final Transactions txns;
    private final BiConsumer<String, Anomaly> found;

    /// @param found takes every anomaly with its name
    Observations(Transactions txns, BiConsumer<String, Anomaly> found) {
        this.txns = txns;
        this.found = found;
    }

    void look() {
        for (var chain : txns.chains().values()) {
            var longest = chain.longest();
            if (longest != null) {
                elements(chain, longest);
            }
            for (var sight : chain.incompatible()) {
                elements(chain, sight);
                disagreement(chain, Objects.requireNonNull(longest), sight);
            }
        }
        for (var txn : txns.all()) {
            if (txn.isOk()) {
                intermediate(txn);
                ownView(txn);
            }
        }
        lostUpdates();
    }

    private void tell(String name, List<Txn> members, String why) {
        var lines = new ArrayList<String>();
        lines.add(why);
        members.forEach(txn -> lines.add(Proof.describe(txn)));
        found.accept(name, new Anomaly(name, Proof.events(members), String.join("\n", lines)));
    }

    private void elements(Chain chain, Sight sight) {
        Set<Object> seen = new HashSet<>();
        for (var element : sight.read().elements()) {
            var writer = chain.writer(element);
            if (writer == null) {
                tell(
                        "garbage-read",
                        List.of(sight.reader()),
                        "%s was in %s, but nobody appended it".formatted(element, chain.key));
            } else if (writer.txn.isAborted()) {
                tell(
                        "G1a",
                        List.of(sight.reader(), writer.txn),
                        "%s was in %s, but its transaction failed".formatted(element, chain.key));
            }
            if (!seen.add(element)) {
                tell(
                        "duplicate-elements",
                        List.of(sight.reader()),
                        "%s was in %s twice".formatted(element, chain.key));
            }
        }
    }

    private void disagreement(Chain chain, Sight longest, Sight sight) {
        int place = 0;
        while (sight.read().elements().get(place).equals(chain.order().get(place))) {
            place++;
        }
        tell(
                "incompatible-order",
                List.of(sight.reader(), longest.reader()),
                "element %d of %s is %s to the one and %s to the other"
                        .formatted(
                                place,
                                chain.key,
                                sight.read().elements().get(place),
                                chain.order().get(place)));
    }

    private void intermediate(Txn txn) {
        for (var read : txn.reads()) {
            var writer = txns.chain(read.key()).writer(read.last());
            if (writer != null && !writer.isBy(txn) && !writer.isFinal) {
                tell(
                        "G1b",
                        List.of(txn, writer.txn),
                        "%s was the last in %s, but its transaction appended more"
                                .formatted(read.last(), read.key()));
            }
        }
    }

    /// What a transaction itself did and saw, of one key.
    private static final class View {
        final List<Object> appended = new ArrayList<>();
        List<Object> expected = new ArrayList<>();
        boolean wasRead;
    }

    private void ownView(Txn txn) {
        if (txn.micros().size() == 1) {
            return;
        }
        Map<Object, View> views = new HashMap<>();
        for (var micro : txn.micros()) {
            var view = views.computeIfAbsent(micro.key(), _ -> new View());
            switch (micro) {
                case Txn.Append(_, var element) -> {
                    view.appended.add(element);
                    view.expected.add(element);
                }
                case Txn.Read(var key, var elements) -> {
                    if (!endsWith(elements, view.appended)) {
                        var why = key + " did not end with the own appends " + view.appended;
                        tell("internal", List.of(txn), why);
                    } else if (seesOwnFuture(txn, key, elements, view.appended.size())) {
                        var why = key + " showed an append that had yet to be made";
                        tell("internal", List.of(txn), why);
                    } else if (view.wasRead && !elements.equals(view.expected)) {
                        var why = key + " was read twice, and had changed in between";
                        tell("unrepeatable-read", List.of(txn), why);
                    }
                    view.wasRead = true;
                    view.expected = new ArrayList<>(elements);
                }
            }
        }
    }

    private static boolean seesOwnFuture(Txn txn, Object key, List<?> elements, int done) {
        var others = elements.subList(0, elements.size() - done);
        for (var append : txn.appends()) {
            if (append.key().equals(key) && others.contains(append.element())) {
                return true;
            }
        }
        return false;
    }

    private static boolean endsWith(List<?> elements, List<?> end) {
        int size = elements.size();
        return size >= end.size() && elements.subList(size - end.size(), size).equals(end);
    }

    private record Version(Object key, int length) {}

    private void lostUpdates() {
        Map<Version, List<Txn>> updates = new LinkedHashMap<>();
        for (var txn : txns.all()) {
            if (txn.isOk() && txn.micros().size() > 1) {
                for (var version : updated(txn)) {
                    updates.computeIfAbsent(version, _ -> new ArrayList<>()).add(txn);
                }
            }
        }
        updates.forEach((version, members) -> {
            if (members.size() > 1) {
                tell(
                        "lost-update",
                        members.subList(0, 2),
                        "%d read %s with its first %d elements, and appended to it"
                                .formatted(members.size(), version.key(), version.length()));
            }
        });
    }

    /// The versions that a transaction read before its first append to the key.
    private Set<Version> updated(Txn txn) {
        Map<Object, Version> read = new HashMap<>();
        Set<Object> appended = new HashSet<>();
        Set<Version> updated = new HashSet<>();
        for (var micro : txn.micros()) {
            switch (micro) {
                case Txn.Read first -> {
                    if (!appended.contains(first.key())
                            && txns.chain(first.key()).isCompatible(first)) {
                        var version = new Version(first.key(), first.elements().size());
                        read.putIfAbsent(first.key(), version);
                    }
                }
                case Txn.Append(var key, _) -> {
                    var version = read.get(key);
                    if (appended.add(key) && version != null) {
                        updated.add(version);
                    }
                }
            }
        }
        return updated;
    }
}
