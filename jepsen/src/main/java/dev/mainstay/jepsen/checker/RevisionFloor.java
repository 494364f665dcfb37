package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.history.Event;
import dev.mainstay.jepsen.history.History;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The cheap check: no strict read, and no acknowledged write, is at a revision before the greatest
/// one that anybody was told before it began.
///
/// Whoever was told a revision, in whatever mode, was told of something committed; so it counts for
/// all. Judged are answers of the mode `strict` and those without a mode, which are writes; those
/// of any other mode only raise the floor. One pass, no search; also over all workloads together.
public final class RevisionFloor implements Checker {

    private static final String STRICT = "strict";

    @Override
    public String name() {
        return "revision-floor";
    }

    /// The greatest revision told so far, and by which event.
    private record Floor(long revision, long event) {}

    private record Begun(Event invoke, Floor floor) {}

    @Override
    public Verdict check(History history) {
        var findings = new Findings(name());
        var floor = new Floor(0, -1);
        Map<Long, Begun> open = new HashMap<>();
        for (var event : history.events()) {
            if (event.process() == Event.NEMESIS) {
                continue;
            }
            if (!event.isCompletion()) {
                open.put(event.process(), new Begun(event, floor));
                continue;
            }
            var begun = open.remove(event.process());
            var revision = event.about().revision();
            if (begun == null || event.type() != Event.Type.OK || revision == 0) {
                continue;
            }
            judge(begun, event, findings);
            if (revision > floor.revision()) {
                floor = new Floor(revision, event.index());
            }
        }
        return findings.verdict();
    }

    private static void judge(Begun begun, Event answer, Findings findings) {
        var isRead = answer.about().mode().equals(STRICT);
        if (!isRead && !answer.about().mode().isEmpty()) {
            return;
        }
        findings.count(isRead ? "strict reads" : "writes", 1);
        var revision = answer.about().revision();
        if (revision >= begun.floor().revision()) {
            return;
        }
        findings.add(
                isRead ? "stale-read" : "stale-write",
                ("revision %d was told at event %d, before event %d began a %s %s at "
                                + "%s; it answered as of revision %d")
                        .formatted(
                                begun.floor().revision(),
                                begun.floor().event(),
                                begun.invoke().index(),
                                isRead ? "strict" : "write",
                                answer.function(),
                                answer.about().node().isEmpty()
                                        ? "any node"
                                        : answer.about().node(),
                                revision),
                List.of(begun.floor().event(), begun.invoke().index(), answer.index()));
    }
}
