package dev.mainstay.jepsen.torture;

import dev.mainstay.jepsen.checker.Anomaly;
import dev.mainstay.jepsen.checker.Verdict;
import dev.mainstay.jepsen.report.Judgement;
import dev.mainstay.jepsen.workload.Site;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What is asked of a run as a whole, and no workload can see. Any thread.
final class Findings {

    // Errors that belong to what was done to a node.
    private static final List<Pattern> ALLOWED_IN_JOURNALS =
            List.of(
                    // The disk failed because we made it fail: the node says so and ends.
                    Pattern.compile("No space left on device|Input/output error|StorageFailure"),
                    // A node that was told to stop hears from its leader once more.
                    Pattern.compile(
                            "RaftServer\\$Division .* Failed appendEntries.*\n"
                                    + ".*ServerNotReadyException: .*current state is CLOS"));

    private final Map<String, List<Anomaly>> anomalies = new LinkedHashMap<>();
    private final List<Verdict> more = new ArrayList<>();

    Findings() {
        for (var checker : List.of("liveness", "faults", "exits", "journals", "workers")) {
            anomalies.put(checker, new ArrayList<>());
        }
    }

    private synchronized void add(String checker, String name, Collection<String> explanations) {
        for (var explanation : explanations) {
            anomalies
                    .computeIfAbsent(checker, _ -> new ArrayList<>())
                    .add(new Anomaly(name, List.of(), explanation));
        }
    }

    synchronized void add(Verdict verdict) {
        more.add(verdict);
    }

    void silent(Collection<Integer> nodes, Duration within) {
        if (!nodes.isEmpty()) {
            var names = nodes.stream().map(Site::nodeName).collect(Collectors.joining(", "));
            add(
                    "liveness",
                    "not-live",
                    List.of(
                            "%s did not serve within %d s after the last fault"
                                    .formatted(names, within.toSeconds())));
        }
    }

    void faults(Collection<String> problems) {
        add("faults", "fault-failed", problems);
    }

    void exits(Collection<String> exits) {
        add("exits", "unlicensed-exit", exits);
    }

    void workers(Collection<String> problems) {
        add("workers", "worker-failed", problems);
    }

    /// A workload of which nothing went well proves nothing.
    void idleWorkloads(Collection<String> all, Map<String, Long> ok) {
        for (var workload : all) {
            if (ok.getOrDefault(workload, 0L) == 0) {
                add(
                        "workers",
                        "nothing-done",
                        List.of("no operation of %s was acknowledged".formatted(workload)));
            }
        }
    }

    void journal(String node, Path journal) throws IOException {
        add(
                "journals",
                "journal-error",
                new Journals(ALLOWED_IN_JOURNALS).complaints(node, journal));
    }

    synchronized List<Judgement> judgements() {
        var judgements = new ArrayList<Judgement>();
        anomalies.forEach((checker, found) ->
                judgements.add(
                        new Judgement(Judgement.RUN, Verdict.of(checker, found, Map.of()), 0)));
        more.forEach(verdict -> judgements.add(new Judgement(Judgement.RUN, verdict, 0)));
        return judgements;
    }
}
