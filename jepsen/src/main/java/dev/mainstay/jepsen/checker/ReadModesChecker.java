package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.history.Event;
import dev.mainstay.jepsen.history.History;
import dev.mainstay.jepsen.history.Op;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Every read mode keeps exactly its promise, and every read shows exactly the state at the
/// revision that it names.
///
/// Calls:
///
/// - `write` of `[client, "put", key, value]` with values that are never used twice, or of
///   `[client, "delete", key, 0]`;
/// - `read` of `[client, token, staleness, [[key, value, modRevision], …]]`, all keys, in the mode
///   that the event names; staleness in milliseconds, as the node claims it, -1 if it does not.
///
/// | mode | promise | name of a breach |
/// |---|---|---|
/// | strict | at or after all that anybody was told before it began | `stale-read` |
/// | session | at or after the token, and all that its client was told | `read-your-writes`, `non-monotonic-read` |
/// | bounded:N | at or after all that anybody was told N ms before it began | `too-stale` |
/// | local | never before what the same node showed, unless it was restarted | `non-monotonic-read` |
/// | all | a claimed staleness is true; the content is the replay at the revision | `false-staleness`, `wrong-content`, `phantom`, `double-apply` |
public final class ReadModesChecker implements Checker {

    private static final String BOUNDED = "bounded:";

    @Override
    public String name() {
        return "read-modes";
    }

    @Override
    public Verdict check(History history) {
        var findings = new Findings(name());
        var told = new Told(history);
        var replay = new Replay(findings);
        Map<String, Client> clients = new HashMap<>();
        var ops = history.ops();
        ops.forEach(replay::learn);
        for (var op : ops) {
            if (op.isOk() && op.function().equals("read")) {
                replay.learnShown(op);
            }
        }
        for (var op : ops) {
            if (!op.isOk()) {
                continue;
            }
            var client =
                    clients.computeIfAbsent(Tree.text(op.value(), 0), _ -> new Client(findings));
            if (op.function().equals("read")) {
                findings.count(op.about().mode() + " reads", 1);
                judge(op, told, client, findings);
                replay.check(op);
            }
            client.take(op);
        }
        new Nodes(findings, new Restarts(history)).check(history);
        return findings.verdict();
    }

    private static void judge(Op read, Told told, Client client, Findings findings) {
        var mode = read.about().mode();
        var begun = read.invoke().nanos();
        if (mode.equals("strict")) {
            atLeast(read, told.before(read.begin()), "stale-read", findings);
        } else if (mode.equals("session")) {
            client.judge(read);
        } else if (mode.startsWith(BOUNDED)) {
            var bound = Long.parseLong(mode.substring(BOUNDED.length()));
            var then = told.beforeNanos(begun - nanos(bound));
            atLeast(read, then, "too-stale", findings);
        }
        if (staleness(read) >= 0) {
            // Counted back from when it was answered, which is later than when it was asked; so a
            // claim
            // may be above the bound. The claim is in whole milliseconds, and may have been rounded
            // down.
            var then = told.beforeNanos(begun - nanos(staleness(read) + 1));
            atLeast(read, then, "false-staleness", findings);
        }
    }

    private static long nanos(long millis) {
        return Duration.ofMillis(millis).toNanos();
    }

    private static long staleness(Op read) {
        return Tree.number(read.value(), 2);
    }

    private static void atLeast(Op read, Told.Revision floor, String breach, Findings findings) {
        if (read.about().revision() < floor.revision()) {
            findings.add(
                    breach,
                    ("%s read at %s is at revision %d (staleness %d ms); event %d had "
                                    + "told %d in time")
                            .formatted(
                                    read.about().mode(),
                                    read.about().node(),
                                    read.about().revision(),
                                    staleness(read),
                                    floor.event(),
                                    floor.revision()),
                    List.of(floor.event(), read.begin(), read.end()));
        }
    }

    /// One client, whose calls follow each other.
    private static final class Client {

        private final Findings findings;
        private @Nullable Op newest;

        Client(Findings findings) {
            this.findings = findings;
        }

        void judge(Op read) {
            var token = Tree.number(read.value(), 1);
            if (read.about().revision() < token) {
                findings.add(
                        "read-your-writes",
                        "session read with token %d is at revision %d"
                                .formatted(token, read.about().revision()),
                        read);
            }
            var last = newest;
            if (last != null && read.about().revision() < last.about().revision()) {
                var isWrite = last.function().equals("write");
                findings.add(
                        isWrite ? "read-your-writes" : "non-monotonic-read",
                        "client %s was told revision %d before, and now reads at %d"
                                .formatted(
                                        Tree.text(read.value(), 0),
                                        last.about().revision(),
                                        read.about().revision()),
                        last,
                        read);
            }
        }

        void take(Op op) {
            if (newest == null || op.about().revision() >= newest.about().revision()) {
                newest = op;
            }
        }
    }

    /// What each node showed to those who asked it by name.
    private record Nodes(Findings findings, Restarts restarts) {

        private record Shown(long revision, long begin, long end) {}

        private record Begun(Event invoke, @Nullable Shown newest) {}

        void check(History history) {
            Map<String, Shown> newest = new HashMap<>();
            Map<Long, Begun> open = new HashMap<>();
            for (var event : history.events()) {
                var node = event.about().node();
                if (event.process() == Event.NEMESIS || node.isEmpty()) {
                    continue;
                }
                if (!event.isCompletion()) {
                    open.put(event.process(), new Begun(event, newest.get(node)));
                    continue;
                }
                var begun = open.remove(event.process());
                if (begun != null && event.type() == Event.Type.OK) {
                    newest.put(node, judge(begun, event, newest.get(node)));
                }
            }
        }

        private Shown judge(Begun begun, Event answer, @Nullable Shown newest) {
            var now = answer.about().revision();
            var shown = new Shown(now, begun.invoke().index(), answer.index());
            var before = begun.newest();
            if (before != null
                    && now < before.revision()
                    && answer.about().mode().equals("local")) {
                var node = answer.about().node();
                if (restarts.mayHaveHit(node, before.begin(), answer.index())) {
                    return shown; // It begins anew.
                }
                wentBack(node, before, shown);
            }
            return newest == null || now >= newest.revision() ? shown : newest;
        }

        private void wentBack(String node, Shown before, Shown now) {
            findings.add(
                    "non-monotonic-read",
                    "node %s showed revision %d at event %d, and then %d"
                            .formatted(node, before.revision(), before.end(), now.revision()),
                    List.of(before.begin(), before.end(), now.begin(), now.end()));
        }
    }
}
