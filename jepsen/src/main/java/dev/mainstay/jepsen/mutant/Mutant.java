package dev.mainstay.jepsen.mutant;

import java.util.List;
import java.util.Map;

/// One planted bug, and how the suite is expected to convict it.
///
/// @param name kebab case
/// @param about what it breaks, one sentence
/// @param workloads as in `--workload`
/// @param nemeses as in `--nemesis`; none if it needs no fault
/// @param anomalies a conviction names at least one of these; the most telling first
/// @param suggestedSeconds how long a run should last, so that a conviction is nearly certain
/// @param settings of the nodes, as after `--set`, that make the bug show soon
/// @param edits applied in this order
public record Mutant(
        String name,
        String about,
        List<String> workloads,
        List<String> nemeses,
        List<String> anomalies,
        int suggestedSeconds,
        Map<String, String> settings,
        List<Edit> edits) {

    public Mutant {
        workloads = List.copyOf(workloads);
        nemeses = List.copyOf(nemeses);
        anomalies = List.copyOf(anomalies);
        settings = Map.copyOf(settings);
        edits = List.copyOf(edits);
    }
}
