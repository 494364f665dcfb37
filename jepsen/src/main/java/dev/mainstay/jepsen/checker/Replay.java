package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.history.Event;
import dev.mainstay.jepsen.history.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What keys held at each revision, put together from acknowledged writes and from what reads
/// showed: the calls of [ReadModesChecker]. For one thread.
///
/// A write with unknown outcome gets its revision from the first read that shows its value; a
/// delete cannot be told apart from another, so an unknown one excuses that its key is missing.
final class Replay {

    /// @param value 0 = the key does not exist
    /// @param source the write, or else the read that showed it
    private record Version(long value, Op source) {}

    private final Findings findings;
    private final Map<String, TreeMap<Long, Version>> versions = new HashMap<>();
    private final Map<Long, Op> puts = new HashMap<>();
    private final Map<String, List<Op>> unknownDeletes = new HashMap<>();
    private final Map<Long, Long> revisionOfValue = new HashMap<>();
    private final Map<Long, Op> putAtRevision = new HashMap<>();

    Replay(Findings findings) {
        this.findings = findings;
    }

    /// Takes in a write; other calls are left alone.
    void learn(Op op) {
        if (op.function().equals("write")) {
            learnWrite(op);
        }
    }

    /// Takes in what a read showed; for all, after all writes, before any [#check].
    void learnShown(Op read) {
        for (var row : Tree.list(read.value(), 3)) {
            checkRow(read, Tree.text(row, 0), Tree.number(row, 1), Tree.number(row, 2));
        }
    }

    private void learnWrite(Op write) {
        findings.count("writes", 1);
        var key = Tree.text(write.value(), 2);
        var value = Tree.number(write.value(), 3);
        var isPut = Tree.text(write.value(), 1).equals("put");
        if (isPut) {
            puts.put(value, write);
        } else if (write.isUnknown()) {
            unknownDeletes.computeIfAbsent(key, _ -> new ArrayList<>()).add(write);
        }
        if (!write.isOk()) {
            return;
        }
        var revision = write.about().revision();
        place(key, revision, new Version(value, write));
        if (isPut) {
            revisionOfValue.put(value, revision);
            var other = putAtRevision.put(revision, write);
            if (other != null) {
                findings.add(
                        "wrong-content",
                        "two puts were acknowledged with revision " + revision,
                        other,
                        write);
            }
        }
    }

    private void place(String key, long revision, Version version) {
        var ofKey = versions.computeIfAbsent(key, _ -> new TreeMap<>());
        var other = ofKey.putIfAbsent(revision, version);
        if (other != null && other.value() != version.value()) {
            findings.add(
                    "wrong-content",
                    "%s at revision %d is %d to one and %d to another"
                            .formatted(key, revision, other.value(), version.value()),
                    other.source(),
                    version.source());
        }
    }

    /// Whether a read shows the state at its revision.
    void check(Op read) {
        var revision = read.about().revision();
        Map<String, Long> shown = new HashMap<>();
        for (var row : Tree.list(read.value(), 3)) {
            shown.put(Tree.text(row, 0), Tree.number(row, 1));
        }
        for (var entry : versions.entrySet()) {
            var at = entry.getValue().floorEntry(revision);
            var value = shown.getOrDefault(entry.getKey(), 0L);
            if (at != null && at.getValue().value() != value) {
                judge(read, entry.getKey(), value, at.getKey(), at.getValue());
            }
        }
    }

    private void checkRow(Op read, String key, long value, long modRevision) {
        var put = puts.get(value);
        if (put == null || put.type() == Event.Type.FAIL) {
            findings.add(
                    "phantom",
                    "%s was read as %d, which %s"
                            .formatted(
                                    key,
                                    value,
                                    put == null ? "nobody put" : "certainly was not put"),
                    put == null ? new Op[] {read} : new Op[] {put, read});
            return;
        }
        if (modRevision > read.about().revision()) {
            findings.add(
                    "wrong-content",
                    "%s was put at %d, after revision %d of the read"
                            .formatted(key, modRevision, read.about().revision()),
                    read);
        }
        var known = revisionOfValue.putIfAbsent(value, modRevision);
        if (known == null) {
            place(key, modRevision, new Version(value, read));
        } else if (known != modRevision) {
            findings.add(
                    "double-apply",
                    "%s = %d was put once, at revision %d, and is shown as of %d"
                            .formatted(key, value, known, modRevision),
                    put,
                    read);
        }
    }

    private void judge(Op read, String key, long value, long since, Version version) {
        if (value == 0 && hasUnknownDelete(key, read)) {
            findings.count("excused by an unknown delete", 1);
            return;
        }
        var source = version.source();
        findings.add(
                "wrong-content",
                "%s read at %s as of revision %d shows %s = %s; since revision %d it is %s"
                        .formatted(
                                read.about().mode(),
                                read.about().node(),
                                read.about().revision(),
                                key,
                                shown(value),
                                since,
                                shown(version.value())),
                source,
                read);
    }

    private boolean hasUnknownDelete(String key, Op read) {
        @Nullable List<Op> deletes = unknownDeletes.get(key);
        return deletes != null && deletes.stream().anyMatch(d -> d.begin() < read.end());
    }

    private static String shown(long value) {
        return value == 0 ? "absent" : Long.toString(value);
    }
}
