package dev.mainstay.jepsen.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What is to be shown of a run beside its calls.
///
/// @param name of the run
/// @param facts such as the seed and the versions, in the order in which they are shown
/// @param replay the command that runs it again
/// @param sightings in order of time
/// @param capabilities what could be done to the cluster: an empty text, or why not
public record RunRecord(
        String name,
        Map<String, String> facts,
        String replay,
        List<Judgement> judgements,
        List<FaultBand> faults,
        List<Sighting> sightings,
        Map<String, String> capabilities) {

    public RunRecord {
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
        judgements = List.copyOf(judgements);
        faults = List.copyOf(faults);
        sightings = List.copyOf(sightings);
        capabilities = Collections.unmodifiableMap(new LinkedHashMap<>(capabilities));
    }

    /// How often another node, or the same in a new term, was seen to lead.
    public int leaderChanges() {
        return new Reigns(sightings).changes().size();
    }

    public boolean isValid() {
        return judgements.stream().allMatch(judgement -> judgement.verdict().isValid());
    }
}
