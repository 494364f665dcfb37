package dev.mainstay.jepsen.report;

/// One fault of a run.
///
/// @param endNanos when it was healed
/// @param kind such as `partition/ring`
/// @param what was done to whom
/// @param evidence that it happened
public record FaultBand(
        long startNanos,
        long endNanos,
        String kind,
        String what,
        boolean isProven,
        String evidence) {}
