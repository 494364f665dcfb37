package dev.mainstay.jepsen.checker;

import java.util.List;

/// One thing that must not be.
///
/// @param name the field's term for it, such as `stale-read`, `G-single-realtime`, `lost-update`
/// @param events the indexes of the events that show it, the fewest that do, in order
/// @param explanation for a reader who knows the workload, one line per step
public record Anomaly(String name, List<Long> events, String explanation) {

    public Anomaly {
        events = List.copyOf(events);
    }
}
