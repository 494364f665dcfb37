package dev.mainstay.jepsen.nemesis;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How fast faults follow each other.
///
/// @param faultMin how long a fault lasts at least; some need longer by themselves
/// @param restMin between the end of one and the begin of the next
/// @param recovery after which every node must serve again
/// @param overlapPercent of faults that get company
public record Pace(
        Duration faultMin,
        Duration faultMax,
        Duration restMin,
        Duration restMax,
        Duration recovery,
        int overlapPercent) {

    /// For short runs: a fault every few seconds.
    public static final Pace BRISK =
            new Pace(
                    Duration.ofMillis(300),
                    Duration.ofSeconds(5),
                    Duration.ofMillis(300),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(60),
                    50);

    public static final Pace CALM =
            new Pace(
                    Duration.ofMillis(300),
                    Duration.ofSeconds(8),
                    Duration.ofMillis(500),
                    Duration.ofSeconds(4),
                    Duration.ofSeconds(60),
                    50);

    Duration fault(RandomGenerator random) {
        return between(faultMin, faultMax, random);
    }

    Duration rest(RandomGenerator random) {
        return between(restMin, restMax, random);
    }

    boolean overlaps(RandomGenerator random) {
        return random.nextInt(100) < overlapPercent;
    }

    private static Duration between(Duration min, Duration max, RandomGenerator random) {
        var spread = max.toMillis() - min.toMillis();
        return min.plusMillis(spread <= 0 ? 0 : random.nextLong(spread + 1));
    }
}
