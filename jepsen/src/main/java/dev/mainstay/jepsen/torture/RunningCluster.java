package dev.mainstay.jepsen.torture;

import dev.mainstay.client.Database;
import dev.mainstay.client.MainstayException;
import dev.mainstay.client.Member;
import dev.mainstay.client.ReadMode;
import dev.mainstay.jepsen.cluster.NodeProcess;
import dev.mainstay.jepsen.cluster.Standing;
import dev.mainstay.jepsen.nemesis.Arena;
import dev.mainstay.jepsen.nemesis.Clocks;
import dev.mainstay.jepsen.nemesis.Disks;
import dev.mainstay.jepsen.nemesis.Links;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Somebody's own cluster: asked, never harmed. All that can be done to it is to hand over its
/// leadership; who asks for more has a bug. Any thread.
final class RunningCluster implements Arena {

    private static final Duration LOOK_EVERY = Duration.ofMillis(100);
    private static final Duration ANSWER = Duration.ofSeconds(2);

    private final List<String> endpoints;
    private final Database database;

    /// @param database over the same endpoints; stays open
    RunningCluster(List<String> endpoints, Database database) {
        this.endpoints = List.copyOf(endpoints);
        this.database = database;
    }

    @Override
    public int size() {
        return endpoints.size();
    }

    @Override
    public String endpoint(int node) {
        return endpoints.get(node);
    }

    @Override
    public boolean hasProcesses() {
        return false;
    }

    @Override
    public Optional<Integer> leader() {
        long term = -1;
        var leaders = new ArrayList<Integer>();
        for (var node = 0; node < size(); node++) {
            var standing = Standing.of(endpoint(node));
            if (standing.isPresent() && standing.get().term() > term) {
                term = standing.get().term();
                leaders.clear();
            }
            if (standing.isPresent() && standing.get().leads() && standing.get().term() == term) {
                leaders.add(node);
            }
        }
        return leaders.size() == 1 ? Optional.of(leaders.getFirst()) : Optional.empty();
    }

    @Override
    public boolean isRunning(int node) {
        return Standing.of(endpoint(node)).isPresent();
    }

    @Override
    public List<Integer> awaitServing(Duration atMost) throws InterruptedException {
        var deadline = System.nanoTime() + atMost.toNanos();
        while (true) {
            var silent = new ArrayList<Integer>();
            for (var node = 0; node < size(); node++) {
                if (!serves(node)) {
                    silent.add(node);
                }
            }
            if (silent.isEmpty() || System.nanoTime() - deadline > 0) {
                return silent;
            }
            Thread.sleep(LOOK_EVERY);
        }
    }

    private boolean serves(int node) throws InterruptedException {
        try {
            var _ =
                    database.pinned(endpoint(node))
                            .withTimeout(ANSWER)
                            .get("torture", ReadMode.strict());
            return true;
        } catch (MainstayException e) {
            return false;
        }
    }

    @Override
    public boolean transfer(int node) throws IOException {
        try {
            var id = Standing.of(endpoint(node)).map(Standing::member).orElse(0L);
            var name =
                    database.admin().members().members().stream()
                            .filter(member -> member.id() == id)
                            .map(Member::name)
                            .findFirst();
            if (name.isEmpty()) {
                return false;
            }
            var _ = database.admin().transferLeadership(name.get());
            return true;
        } catch (MainstayException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public NodeProcess process(int node) {
        throw notOurs();
    }

    @Override
    public void kill(int node) {
        throw notOurs();
    }

    @Override
    public void start(int node) {
        throw notOurs();
    }

    @Override
    public void stop(int node) {
        throw notOurs();
    }

    @Override
    public void replace(int node) {
        throw notOurs();
    }

    private static UnsupportedOperationException notOurs() {
        return new UnsupportedOperationException("this cluster is not ours to harm");
    }

    /// There is none that we could read.
    @Override
    public Path journal(int node) {
        return Path.of("/nonexistent");
    }

    @Override
    public Path directory(int node) {
        throw notOurs();
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
