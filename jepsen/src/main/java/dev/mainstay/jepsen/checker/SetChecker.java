package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.history.Event;
import dev.mainstay.jepsen.history.History;
import dev.mainstay.jepsen.history.Op;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Sets that only grow: what is known to be in stays in, and nobody reads what nobody added.
///
/// Calls: `add` of `[set, element]` and strict `read` of `[set, [element, …]]`. An element is known
/// from its acknowledgement, or from the end of the first read that has it, whichever came first;
/// every read that begins later must have it.
public final class SetChecker implements Checker {

    @Override
    public String name() {
        return "set";
    }

    @Override
    public Verdict check(History history) {
        var findings = new Findings(name());
        Map<Long, List<Op>> bySet = new HashMap<>();
        for (var op : history.ops()) {
            bySet.computeIfAbsent(Tree.number(op.value(), 0), _ -> new ArrayList<>()).add(op);
        }
        findings.count("sets", bySet.size());
        for (var ops : bySet.values()) {
            new OneSet(ops, findings).check();
        }
        return findings.verdict();
    }

    private static final class OneSet {

        private final Map<Long, Element> elements = new HashMap<>();
        private final List<Read> reads = new ArrayList<>();
        private final Findings findings;

        OneSet(List<Op> ops, Findings findings) {
            this.findings = findings;
            for (var op : ops) {
                if (op.function().equals("add")) {
                    elements.put(Tree.number(op.value(), 1), new Element(op));
                } else if (op.isOk()) {
                    reads.add(new Read(op, new HashSet<>()));
                }
            }
        }

        void check() {
            findings.count("adds", elements.size());
            findings.count("reads", reads.size());
            reads.forEach(this::take);
            reads.sort(Comparator.comparingLong(read -> read.op().begin()));
            for (var element : elements.values()) {
                check(element);
            }
        }

        private void take(Read read) {
            for (var item : Tree.list(read.op().value(), 1)) {
                var element = elements.get(Tree.number(item));
                if (!read.seen().add(Tree.number(item))) {
                    findings.add("duplicate", item + " is twice in one read", read.op());
                } else if (element == null) {
                    findings.add("phantom", "nobody added " + item, read.op());
                } else {
                    judge(element, read);
                }
            }
        }

        private void judge(Element element, Read read) {
            if (element.add.type() == Event.Type.FAIL) {
                findings.add(
                        "phantom",
                        "the add of %d certainly failed, and it was read".formatted(element.id()),
                        element.add,
                        read.op());
            } else if (element.add.begin() > read.op().end()) {
                findings.add(
                        "phantom",
                        "%d was read before anybody added it".formatted(element.id()),
                        read.op(),
                        element.add);
            } else {
                element.seenBy(read.op());
            }
        }

        private void check(Element element) {
            var known = element.known();
            if (known == null) {
                return;
            }
            @Nullable Read missedBy = null;
            var isSeenLater = false;
            for (var read : reads) {
                if (read.op().begin() < known.end()) {
                    continue;
                }
                var has = read.seen().contains(element.id());
                isSeenLater |= has && missedBy != null;
                missedBy = missedBy == null && !has ? read : missedBy;
            }
            if (missedBy != null) {
                findings.add(
                        isSeenLater ? "stale-read" : "lost-write",
                        "%d was %s by event %d; the read that began with event %d lacks it%s"
                                .formatted(
                                        element.id(),
                                        known.function().equals("add") ? "acknowledged" : "read",
                                        known.end(),
                                        missedBy.op().begin(),
                                        isSeenLater ? ", a later one has it" : ""),
                        element.add,
                        known,
                        missedBy.op());
            }
        }
    }

    private record Read(Op op, Set<Long> seen) {}

    private static final class Element {

        private final Op add;
        private @Nullable Op firstSeen;

        Element(Op add) {
            this.add = add;
        }

        long id() {
            return Tree.number(add.value(), 1);
        }

        void seenBy(Op read) {
            if (firstSeen == null || read.end() < firstSeen.end()) {
                firstSeen = read;
            }
        }

        /// What proves first that it is in; null if nothing does.
        @Nullable Op known() {
            if (!add.isOk()) {
                return firstSeen;
            }
            return firstSeen != null && firstSeen.end() < add.end() ? firstSeen : add;
        }
    }
}
