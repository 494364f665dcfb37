package dev.mainstay.jepsen.checker;

import java.util.Set;

/// What a store claims of its transactions, and so which anomalies convict it.
///
/// A cycle that needs the order of one client, or the order of acknowledgement and beginning, has a
/// name with `-process` or `-realtime` at its end.
public enum Level {
    READ_COMMITTED,
    /// Every transaction reads one state, and of two that change the same thing, one must have seen
    /// the other.
    SNAPSHOT,
    SERIALIZABLE,
    /// In an order that everybody's clock could confirm.
    STRICT_SERIALIZABLE;

    private static final Set<String> ALWAYS =
            Set.of(
                    "G0",
                    "G1a",
                    "G1b",
                    "G1c",
                    "internal",
                    "garbage-read",
                    "duplicate-elements",
                    "incompatible-order");
    private static final Set<String> FROM_SNAPSHOT =
            Set.of("G-single", "G-nonadjacent", "lost-update", "unrepeatable-read");
    private static final Set<String> FROM_SERIALIZABLE = Set.of("G2-item");

    boolean forbids(String anomaly) {
        if (ALWAYS.contains(anomaly)) {
            return true;
        }
        if (FROM_SNAPSHOT.contains(anomaly)) {
            return compareTo(SNAPSHOT) >= 0;
        }
        if (FROM_SERIALIZABLE.contains(anomaly)) {
            return compareTo(SERIALIZABLE) >= 0;
        }
        assert anomaly.endsWith("-process") || anomaly.endsWith("-realtime") : anomaly;
        return this == STRICT_SERIALIZABLE;
    }
}
