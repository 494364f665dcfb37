package dev.mainstay.jepsen.disk;

import dev.mainstay.jepsen.disk.Control.Slot;
import dev.mainstay.jepsen.nemesis.Clocks;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Wall clocks moved by the shim. Any thread; changes of one node's clock come from one at a time.
///
/// Not moved: what the kernel tells, such as the times of files, and waits for a moment of the wall
/// clock that have begun.
final class NodeClocks implements Clocks {

    private final List<Control> controls;

    NodeClocks(List<Control> controls) {
        this.controls = controls;
    }

    @Override
    public void shift(int node, Duration offset) {
        controls.get(node).set(Slot.CLOCK_OFFSET_NS, offset.toNanos());
    }

    @Override
    public void drift(int node, int partsPerMillion) {
        var control = controls.get(node);
        var now = Instant.now();
        control.set(Slot.CLOCK_RATE_PPM, 0);
        control.set(
                Slot.CLOCK_EPOCH_NS,
                TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano());
        control.set(Slot.CLOCK_RATE_PPM, partsPerMillion);
    }

    /// As of the last time that the process looked at its clock.
    @Override
    public Duration offset(int node) {
        return Duration.ofNanos(controls.get(node).get(Slot.CLOCK_SEEN_NS));
    }
}
