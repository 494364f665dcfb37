package dev.mainstay.jepsen.report;

import dev.mainstay.jepsen.checker.Verdict;

/// A verdict, and on what.
///
/// @param scope a workload, or `run` for what is asked of the run as a whole
/// @param millis what the checker took
public record Judgement(String scope, Verdict verdict, long millis) {

    public static final String RUN = "run";

    public String id() {
        return scope + "/" + verdict.checker();
    }
}
