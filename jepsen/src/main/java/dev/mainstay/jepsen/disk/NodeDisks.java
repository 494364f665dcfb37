package dev.mainstay.jepsen.disk;

import dev.mainstay.jepsen.cluster.NodeProcess;
import dev.mainstay.jepsen.disk.Control.Slot;
import dev.mainstay.jepsen.nemesis.Disks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/// Disks emulated by the shim. Any thread; changes of one node's disk come from one at a time.
final class NodeDisks implements Disks {

    private final List<Control> controls;
    private final Power power;
    private final List<AtomicLong> powerLosses;
    private final List<AtomicLong> lostFiles;

    NodeDisks(List<Control> controls, Power power) {
        this.controls = controls;
        this.power = power;
        this.powerLosses = zeros(controls.size());
        this.lostFiles = zeros(controls.size());
    }

    private static List<AtomicLong> zeros(int nodes) {
        return IntStream.range(0, nodes).mapToObj(_ -> new AtomicLong()).toList();
    }

    @Override
    public void slow(int node, Duration perSync) {
        controls.get(node)
                .set(Slot.SYNC_DELAY_US, TimeUnit.NANOSECONDS.toMicros(perSync.toNanos()));
    }

    @Override
    public void full(int node, boolean isFull) {
        controls.get(node).set(Slot.IS_FULL, isFull ? 1 : 0);
    }

    @Override
    public void failSyncs(int node, boolean isFailing) {
        controls.get(node).set(Slot.FAIL_SYNCS, isFailing ? 1 : 0);
    }

    @Override
    public void losePower(int node) throws IOException {
        var control = controls.get(node);
        var lost =
                power.lose(
                        node,
                        () -> {
                            for (var process : processesWith(control.file())) {
                                process.kill();
                            }
                        });
        powerLosses.get(node).incrementAndGet();
        lostFiles.get(node).addAndGet(lost);
    }

    @Override
    public Traces traces(int node) {
        var control = controls.get(node);
        return new Traces(
                control.get(Slot.SLOWED),
                control.get(Slot.REFUSED) + control.get(Slot.SHOWN_FULL),
                control.get(Slot.SYNC_ERRORS),
                powerLosses.get(node).get(),
                lostFiles.get(node).get());
    }

    // By what was put into their environment: nobody else has that file's name there.
    private static List<NodeProcess> processesWith(Path control) {
        var mark = Emulation.CONTROL + "=" + control + "\0";
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> environment(pid).contains(mark))
                .map(NodeProcess::new)
                .toList();
    }

    private static String environment(long pid) {
        try {
            var file = Path.of("/proc", Long.toString(pid), "environ");
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return ""; // Gone, or somebody else's.
        }
    }
}
