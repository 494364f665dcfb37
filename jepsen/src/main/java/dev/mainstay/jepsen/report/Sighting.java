package dev.mainstay.jepsen.report;

/// How one node stood at one moment of the run, as it said itself.
///
/// @param nanos since the run began
/// @param applied log index; 0 if unknown
public record Sighting(long nanos, int node, State state, long term, long applied) {

    public enum State {
        LEADS,
        FOLLOWS,
        /// It did not answer.
        SILENT
    }
}
