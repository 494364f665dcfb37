package dev.mainstay.jepsen.nemesis;

import dev.mainstay.jepsen.cluster.NodeProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// An arena without nodes: it keeps the books only.
final class StillArena implements Arena {

    final List<String> deeds = new ArrayList<>();
    final Set<Integer> down = new HashSet<>();
    final Set<Wire> cut = new HashSet<>();
    private final int size;

    StillArena(int size) {
        this.size = size;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public String endpoint(int node) {
        return "127.0.0.1:1";
    }

    @Override
    public Optional<Integer> leader() {
        return Optional.of(0);
    }

    @Override
    public boolean isRunning(int node) {
        return !down.contains(node);
    }

    /// This very process, which is never paused.
    @Override
    public NodeProcess process(int node) {
        return new NodeProcess(ProcessHandle.current().pid());
    }

    @Override
    public void kill(int node) {
        deeds.add("kill " + node);
        down.add(node);
    }

    @Override
    public void start(int node) {
        deeds.add("start " + node);
        down.remove(node);
    }

    @Override
    public void stop(int node) {
        kill(node);
    }

    @Override
    public List<Integer> awaitServing(Duration atMost) {
        deeds.add("await");
        return List.of();
    }

    @Override
    public void replace(int node) {
        deeds.add("replace " + node);
    }

    @Override
    public boolean transfer(int node) {
        return true;
    }

    @Override
    public Path journal(int node) {
        return Path.of("journal");
    }

    @Override
    public Path directory(int node) {
        return Path.of("data");
    }

    @Override
    public Optional<Links> links() {
        return Optional.of(
                new Links() {
                    @Override
                    public void cut(int from, int to) {
                        cut.add(new Wire(from, to));
                    }

                    @Override
                    public void delay(int from, int to, Duration delay, Duration jitter) {
                        cut.add(new Wire(from, to));
                    }

                    @Override
                    public void lose(int from, int to, int percent) {
                        cut.add(new Wire(from, to));
                    }

                    @Override
                    public void heal() {
                        cut.clear();
                    }

                    @Override
                    public long hindered(int from, int to) {
                        return cut.contains(new Wire(from, to)) ? 1 : 0;
                    }
                });
    }

    @Override
    public Optional<Disks> disks() {
        return Optional.empty();
    }

    @Override
    public Optional<Clocks> clocks() {
        return Optional.empty();
    }

    @Override
    public void close() {
        deeds.add("close");
    }
}
