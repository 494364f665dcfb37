package dev.mainstay.jepsen.checker;

import java.util.List;
import java.util.Map;

/// What a checker found.
///
/// @param checker its name
/// @param anomalies why not valid; also kinds of which only the first few are kept
/// @param counts what it looked at, for the report: how many operations, keys, and so on
public record Verdict(
        String checker, Outcome outcome, List<Anomaly> anomalies, Map<String, Long> counts) {

    public Verdict {
        anomalies = List.copyOf(anomalies);
        counts = Map.copyOf(counts);
        if ((outcome == Outcome.VALID) != anomalies.isEmpty()) {
            throw new IllegalArgumentException(outcome + " with anomalies " + anomalies);
        }
    }

    public enum Outcome {
        VALID,
        INVALID,
        /// Not decided within the limits: counts as a failure. Its one anomaly says why.
        UNKNOWN
    }

    public boolean isValid() {
        return outcome == Outcome.VALID;
    }

    public static Verdict of(String checker, List<Anomaly> anomalies, Map<String, Long> counts) {
        return new Verdict(
                checker, anomalies.isEmpty() ? Outcome.VALID : Outcome.INVALID, anomalies, counts);
    }

    public static Verdict unknown(String checker, String why, Map<String, Long> counts) {
        return new Verdict(
                checker, Outcome.UNKNOWN, List.of(new Anomaly("unknown", List.of(), why)), counts);
    }
}
