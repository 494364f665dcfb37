package dev.mainstay.bench.load;

import java.time.Duration;
import java.util.Map;
import org.HdrHistogram.Histogram;

/// What one phase came to.
///
/// @param latencies nanoseconds
/// @param wrong answers and errors that are not what was asked for, by kind
/// @param ownCpu processor time of the generator
/// @param serverCpu processor time of all the nodes
record Measured(
        long calls,
        Duration time,
        Histogram latencies,
        Map<String, Long> wrong,
        Duration ownCpu,
        Duration serverCpu) {

    double perSecond() {
        return calls * 1e9 / time.toNanos();
    }

    double millisAt(double percentile) {
        return latencies.getValueAtPercentile(percentile) / 1e6;
    }

    /// Share of the whole machine that the generator took.
    double ownShare() {
        var cores = Runtime.getRuntime().availableProcessors();
        return (double) ownCpu.toNanos() / time.toNanos() / cores;
    }

    double serverMicrosPerCall() {
        return calls == 0 ? 0 : serverCpu.toNanos() / 1e3 / calls;
    }
}
