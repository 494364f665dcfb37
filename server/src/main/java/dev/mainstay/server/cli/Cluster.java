package dev.mainstay.server.cli;

import dev.mainstay.consensus.Member;
import dev.mainstay.server.config.BadConfig;
import dev.mainstay.server.config.NodeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A cluster of processes on this machine, and what can be done with it.
final class Cluster {

    private static final Duration READY = Duration.ofSeconds(60);
    private static final Duration STOP = Duration.ofSeconds(20);
    private static final Duration POLL = Duration.ofMillis(25);

    private final ClusterFolder folder;
    private final NodeStarter starter;
    private final Launch launch;

    Cluster(ClusterFolder folder, NodeStarter starter, Launch launch) {
        this.folder = folder;
        this.starter = starter;
        this.launch = launch;
    }

    /// What `cluster start` was asked for; null = not said.
    record Wish(@Nullable Integer nodes, @Nullable Integer basePort, Map<String, String> settings) {
        Wish {
            settings = Map.copyOf(settings);
        }
    }

    /// Makes the cluster if there is none, starts the nodes that do not run, and returns when there
    /// is a leader and every node has answered or died.
    int start(Wish wish) throws Failure, BadConfig, IOException, InterruptedException {
        long begin = System.nanoTime();
        if (!folder.isFree()) {
            folder.read();
        }
        try (var _ = DirectoryLock.take(folder.path())) {
            if (folder.isFree()) {
                create(wish);
            } else {
                change(wish);
            }
            var started = new ArrayList<ClusterNode>();
            for (var node : nodes()) {
                if (!node.isRunning()) {
                    Ports.check(node.config());
                    started.add(node);
                }
            }
            for (var node : started) {
                node.start();
            }
            return await(started, begin);
        }
    }

    private void create(Wish wish) throws Failure, BadConfig, IOException {
        int count = wish.nodes() == null ? 3 : wish.nodes();
        int port = wish.basePort() == null ? 7400 : wish.basePort();
        if (count < 1 || count > 9 || port < 1 || port + 10 * count > 65_535) {
            throw new Failure("--nodes is 1 to 9, and all ports must be below 65536");
        }
        var description =
                new ClusterFolder.Description(Addresses.newNumber(), count, port, wish.settings());
        // Nothing is written before everything is checked: a refused start leaves no trace.
        var configs = new ArrayList<NodeConfig>();
        var members = new ArrayList<Member>();
        for (int k = 0; k < count; k++) {
            var config = folder.nodeConfig(description, k);
            Ports.check(config);
            configs.add(config);
            members.add(Addresses.newMember(config));
        }
        folder.configure(description);
        for (int k = 0; k < count; k++) {
            Files.createDirectories(configs.get(k).directory());
            starter.permit(
                    configs.get(k).directory(),
                    new Bootstrap(description.group(), members.get(k).id(), members));
        }
        folder.write(description);
    }

    private void change(Wish wish) throws Failure, IOException {
        var description = folder.read();
        if (wish.nodes() != null && wish.nodes() != description.nodes()) {
            throw new Failure(
                    "%s holds a cluster of %d nodes".formatted(folder.path(), description.nodes()));
        }
        if (wish.basePort() != null && wish.basePort() != description.basePort()) {
            throw new Failure(
                    "the cluster in %s has base port %d, which is part of its members' addresses"
                            .formatted(folder.path(), description.basePort()));
        }
        if (!wish.settings().isEmpty()) {
            var changed = description.with(wish.settings());
            folder.configure(changed);
            folder.write(changed);
        }
    }

    /// Waits for the nodes just started. Some may die: as long as the others have a leader the
    /// cluster is up, but the exit code says that it is not whole.
    private int await(List<ClusterNode> started, long begin)
            throws Failure, BadConfig, IOException, InterruptedException {
        var waiting = new ArrayList<>(started);
        var dead = new ArrayList<ClusterNode>();
        var leader = "";
        while (!waiting.isEmpty() || leader.isEmpty()) {
            if (System.nanoTime() - begin > READY.toNanos()) {
                throw new Failure(
                        "%s after %d s; see the journals in %s"
                                .formatted(
                                        leader.isEmpty()
                                                ? "no leader"
                                                : waiting.getFirst().name() + " is not ready",
                                        READY.toSeconds(),
                                        folder.path()));
            }
            leader = leader();
            for (var node : List.copyOf(waiting)) {
                if (!node.isRunning()) {
                    say(node.name() + " halted: " + node.lastLine());
                    dead.add(node);
                    waiting.remove(node);
                } else if (!leader.isEmpty()
                        && node.ask().filter(NodeReport::isReady).isPresent()) {
                    waiting.remove(node);
                }
            }
            refuseWithoutMajority(started, dead);
            Thread.sleep(POLL);
        }
        announce(leader, begin);
        return dead.isEmpty() ? 0 : 1;
    }

    private void refuseWithoutMajority(List<ClusterNode> started, List<ClusterNode> dead)
            throws Failure, BadConfig, IOException, InterruptedException {
        var nodes = nodes();
        int running = 0;
        for (var node : nodes) {
            running += node.isRunning() ? 1 : 0;
        }
        if (!dead.isEmpty() && running <= nodes.size() / 2) {
            started.removeAll(dead);
            stop(started);
            throw new Failure("the cluster cannot start: too few nodes run");
        }
    }

    /// Name of the node that leads and serves, or "".
    private String leader() throws Failure, BadConfig, IOException {
        for (var node : nodes()) {
            if (node.state() == Proc.State.RUNNING) {
                var report = node.ask();
                if (report.isPresent()
                        && report.get().role().equals("leader")
                        && report.get().isReady()) {
                    return node.name();
                }
            }
        }
        return "";
    }

    private void announce(String leader, long begin) throws Failure, BadConfig {
        var nodes = nodes();
        var endpoints = String.join(",", nodes.stream().map(ClusterNode::grpcAddress).toList());
        say(
                "cluster of %d ready after %.1f s, leader %s, data in %s"
                        .formatted(
                                nodes.size(),
                                (System.nanoTime() - begin) / 1e9,
                                leader,
                                folder.path()));
        say("connect   etcdctl --endpoints=" + endpoints + " put hello world");
        say("watch     bin/mainstay status --endpoints " + endpoints);
        say("health    http://" + httpAddress(nodes.getFirst()) + "/cluster");
    }

    private static String httpAddress(ClusterNode node) {
        var at = node.config().advertise();
        return Addresses.join(at.host(), at.httpPort());
    }

    int status() throws Failure, BadConfig, IOException {
        var table = new Table("NODE", "STATE", "PID", "ROLE", "TERM", "APPLIED", "LAG", "ADDRESS");
        var last = new ArrayList<String>();
        boolean isLed = false;
        for (var node : nodes()) {
            var state = node.state();
            var report = state == Proc.State.RUNNING ? node.ask() : NodeReport.NONE;
            isLed |= report.filter(r -> r.role().equals("leader")).isPresent();
            table.add(
                    node.name(),
                    word(node),
                    state == Proc.State.GONE
                            ? "-"
                            : String.valueOf(node.process().orElseThrow().pid()),
                    report.map(NodeReport::role).orElse("-"),
                    report.map(r -> String.valueOf(r.term())).orElse("-"),
                    report.map(r -> String.valueOf(r.applied())).orElse("-"),
                    report.map(r -> String.valueOf(r.lag())).orElse("-"),
                    node.grpcAddress());
            if (state == Proc.State.GONE) {
                last.add(node.name() + " last said: " + node.lastLine());
            }
        }
        table.lines().forEach(Cluster::say);
        last.forEach(Cluster::say);
        return isLed ? 0 : 1;
    }

    private static String word(ClusterNode node) throws IOException {
        return switch (node.state()) {
            case RUNNING -> "running";
            case PAUSED -> "paused";
            case GONE -> node.process().isPresent() ? "halted" : "stopped";
        };
    }

    int stop() throws Failure, BadConfig, IOException, InterruptedException {
        return stop(nodes());
    }

    /// SIGTERM to all, then patience, then SIGKILL.
    int stop(List<ClusterNode> nodes) throws Failure, IOException, InterruptedException {
        for (var node : nodes) {
            var process = node.process();
            if (process.isPresent()) {
                process.get().signal("TERM");
                // A paused process only hears it once it runs again.
                process.get().signal("CONT");
            }
        }
        long deadline = System.nanoTime() + STOP.toNanos();
        for (var node : nodes) {
            while (node.isRunning() && System.nanoTime() - deadline < 0) {
                Thread.sleep(POLL);
            }
            if (node.isRunning()) {
                say(node.name() + " did not stop in " + STOP.toSeconds() + " s: killed");
            }
            kill(node);
        }
        return 0;
    }

    int kill(ClusterNode node) throws Failure, IOException, InterruptedException {
        var process = node.process();
        if (process.isPresent()) {
            process.get().signal("KILL");
        }
        while (node.isRunning()) {
            Thread.sleep(POLL);
        }
        node.forget();
        return 0;
    }

    int restart(ClusterNode node) throws Failure, BadConfig, IOException, InterruptedException {
        long begin = System.nanoTime();
        stop(List.of(node));
        Ports.check(node.config());
        node.start();
        awaitAnswer(node, begin);
        say("%s runs after %.1f s".formatted(node.name(), (System.nanoTime() - begin) / 1e9));
        return 0;
    }

    private static NodeReport awaitAnswer(ClusterNode node, long begin)
            throws Failure, IOException, InterruptedException {
        while (System.nanoTime() - begin < READY.toNanos()) {
            if (!node.isRunning()) {
                throw new Failure(node.name() + " halted: " + node.lastLine());
            }
            var report = node.ask();
            if (report.isPresent()) {
                return report.get();
            }
            Thread.sleep(POLL);
        }
        throw new Failure(node.name() + " does not answer after " + READY.toSeconds() + " s");
    }

    /// Brings the node back as a new member with an empty disk. Its old member is removed in the
    /// same change that adds the new one, so there is never a moment with one voter less.
    int replace(ClusterNode node) throws Failure, BadConfig, IOException, InterruptedException {
        long begin = System.nanoTime();
        try (var _ = DirectoryLock.take(folder.path())) {
            stop(List.of(node));
            var leader = awaitLeader(node);
            node.erase();
            Files.createDirectories(node.config().directory());
            var self = Addresses.newMember(node.config());
            starter.permit(
                    node.config().directory(),
                    new Bootstrap(folder.read().group(), self.id(), List.of()));
            Ports.check(node.config());
            node.start();
            awaitAnswer(node, begin);
            try (var remote = new RemoteAdmin(leader.grpcAddress())) {
                remote.add(self, remote.has(node.name()) ? node.name() : "");
            }
            say(
                    "%s is back as member %s after %.1f s"
                            .formatted(node.name(), self.id(), (System.nanoTime() - begin) / 1e9));
        }
        return 0;
    }

    /// The others may need an election first, when the node was their leader.
    private ClusterNode awaitLeader(ClusterNode except)
            throws Failure, BadConfig, IOException, InterruptedException {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < STOP.toNanos()) {
            var leader = leader();
            for (var node : nodes()) {
                if (node.name().equals(leader) && !leader.equals(except.name())) {
                    return node;
                }
            }
            Thread.sleep(POLL);
        }
        throw new Failure("the other nodes have no leader: start them first");
    }

    int destroy() throws Failure, BadConfig, IOException, InterruptedException {
        folder.read();
        for (var node : nodes()) {
            kill(node);
        }
        folder.delete();
        return 0;
    }

    ClusterNode node(int number) throws Failure, BadConfig {
        var nodes = nodes();
        if (number < 0 || number >= nodes.size()) {
            throw new Failure("there is no node " + number + ": 0 to " + (nodes.size() - 1));
        }
        return nodes.get(number);
    }

    private List<ClusterNode> nodes() throws Failure, BadConfig {
        return folder.nodes(launch);
    }

    private static void say(String line) {
        Cli.print(line);
    }
}
