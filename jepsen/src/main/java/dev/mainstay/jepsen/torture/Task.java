package dev.mainstay.jepsen.torture;

import dev.mainstay.jepsen.checker.Verdict;
import dev.mainstay.jepsen.nemesis.Nemesis;
import dev.mainstay.jepsen.nemesis.Pace;
import dev.mainstay.jepsen.workload.Workload;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/// What a [Runner] is to do.
///
/// @param prefix of all keys
/// @param seed of all choices
/// @param members whether the nodes at these endpoints hold the same; asked once all is at rest
record Task(
        List<Workload> workloads,
        List<Nemesis> nemeses,
        Timing timing,
        String prefix,
        long seed,
        Function<List<String>, Verdict> members) {

    Task {
        workloads = List.copyOf(workloads);
        nemeses = List.copyOf(nemeses);
    }

    Task lasting(Duration total) {
        return new Task(
                workloads,
                nemeses,
                new Timing(
                        total,
                        timing.recovery(),
                        timing.serving(),
                        timing.call(),
                        timing.finish(),
                        timing.pace()),
                prefix,
                seed,
                members);
    }

    /// How long things take.
    ///
    /// @param total from the first call of a worker to the last one
    /// @param recovery how long before the end the last fault is healed
    /// @param serving within this time after the last fault every node must serve
    /// @param call from the start of a call to its end
    /// @param finish for the last words of the workloads
    /// @param pace of the faults
    record Timing(
            Duration total,
            Duration recovery,
            Duration serving,
            Duration call,
            Duration finish,
            Pace pace) {

        private static final Duration RECOVERY_MAX = Duration.ofSeconds(15);
        private static final Duration LONG = Duration.ofMinutes(5);

        static Timing of(Duration total) {
            var third = total.dividedBy(3);
            return new Timing(
                    total,
                    third.compareTo(RECOVERY_MAX) < 0 ? third : RECOVERY_MAX,
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(90),
                    total.compareTo(LONG) < 0 ? Pace.BRISK : Pace.CALM);
        }

        Duration faults() {
            return total.minus(recovery);
        }
    }
}
