package dev.mainstay.jepsen.torture;

import dev.mainstay.jepsen.cluster.NodeProcess;
import dev.mainstay.jepsen.nemesis.Arena;
import dev.mainstay.jepsen.nemesis.Clocks;
import dev.mainstay.jepsen.nemesis.Disks;
import dev.mainstay.jepsen.nemesis.Links;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/// Three nodes that are nothing but a word: up or down. Nobody listens at their addresses.
final class FakeArena implements Arena {

    final Set<Integer> down = new ConcurrentSkipListSet<>();
    final Set<Integer> silent = new ConcurrentSkipListSet<>();
    volatile Runnable whileAsked = () -> {};
    private final Path home;

    /// @param home where journals may be
    FakeArena(Path home) {
        this.home = home;
    }

    @Override
    public int size() {
        return 3;
    }

    @Override
    public String endpoint(int node) {
        return "127.0.0.1:" + (1 + node);
    }

    @Override
    public Optional<Integer> leader() {
        return Optional.of(0);
    }

    @Override
    public boolean hasProcesses() {
        return false;
    }

    @Override
    public boolean isRunning(int node) {
        return !down.contains(node);
    }

    @Override
    public NodeProcess process(int node) {
        throw new UnsupportedOperationException("no process");
    }

    @Override
    public void kill(int node) {
        down.add(node);
    }

    @Override
    public void start(int node) {
        down.remove(node);
    }

    @Override
    public void stop(int node) {
        down.add(node);
    }

    @Override
    public List<Integer> awaitServing(Duration atMost) {
        whileAsked.run();
        return List.copyOf(silent);
    }

    @Override
    public void replace(int node) {
        throw new UnsupportedOperationException("no members");
    }

    @Override
    public boolean transfer(int node) {
        return false;
    }

    @Override
    public Path journal(int node) {
        return home.resolve("journal" + node);
    }

    @Override
    public Path directory(int node) {
        return home;
    }

    @Override
    public Optional<Links> links() {
        return Optional.empty();
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
    public void close() {}
}
