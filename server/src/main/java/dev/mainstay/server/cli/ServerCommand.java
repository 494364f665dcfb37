package dev.mainstay.server.cli;

import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import dev.mainstay.server.config.BadConfig;
import dev.mainstay.server.config.ConfigLoader;
import dev.mainstay.server.config.NodeConfig;
import dev.mainstay.server.telemetry.Journal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Runs one node in this process. Returns only when the node could not be started.
@Command(
        name = "server",
        mixinStandardHelpOptions = true,
        description = "Runs one node in the foreground, until SIGTERM.")
final class ServerCommand implements Callable<Integer> {

    private static final Duration ADDED_MAX = Duration.ofSeconds(30);
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);
    private static final int START_FAILED = 1;

    private final NodeStarter starter;

    @Option(names = "--config", paramLabel = "FILE", description = "The node's configuration.")
    private @Nullable Path file;

    @Option(
            names = "--join",
            paramLabel = "HOST:PORT",
            description = "Join the running cluster that has a node with this gRPC address.")
    private @Nullable String join;

    @Option(
            names = "--init",
            description = "Begin a new cluster of which this node is the only member.")
    private boolean isFirst;

    @Option(names = "--print-settings", description = "The same as: mainstay settings")
    private boolean isPrinting;

    ServerCommand(NodeStarter starter) {
        this.starter = starter;
    }

    @Override
    public Integer call() throws Failure, BadConfig, IOException, InterruptedException {
        if (isPrinting) {
            return new SettingsCommand().call();
        }
        if (file == null || (isFirst && join != null)) {
            throw new Failure("server needs --config FILE, and at most one of --init and --join");
        }
        var config = ConfigLoader.load(file);
        Ports.check(config);
        Journal.open();
        try (var _ = DirectoryLock.take(config.directory())) {
            if (join != null) {
                runJoining(config, join);
            } else {
                run(config);
            }
            new CountDownLatch(1).await();
        }
        return 0;
    }

    private void run(NodeConfig config) throws IOException, InterruptedException {
        if (isFirst && isNew(config)) {
            var self = Addresses.newMember(config);
            starter.permit(
                    config.directory(),
                    new Bootstrap(Addresses.newNumber(), self.id(), List.of(self)));
        }
        start(config);
    }

    /// The order matters: the others count on a member's log from the moment they add it, so it
    /// must be listening by then.
    private void runJoining(NodeConfig config, String endpoint)
            throws Failure, IOException, InterruptedException {
        try (var remote = new RemoteAdmin(endpoint)) {
            if (isNew(config)) {
                var self = joining(config, remote);
                starter.permit(config.directory(), new Bootstrap(remote.group(), self, List.of()));
            }
            var self = Addresses.member(start(config), config);
            try {
                remote.add(self, "");
            } catch (Failure e) {
                awaitAdded(self, e);
            }
        }
    }

    /// The node that was asked may be gone before it answers: then this one's own word counts.
    private static void awaitAdded(Member self, Failure why) throws Failure, InterruptedException {
        long deadline = System.nanoTime() + ADDED_MAX.toNanos();
        try (var own = new RemoteAdmin(self.grpcAddress())) {
            while (!own.knows(self.id())) {
                if (System.nanoTime() - deadline > 0) {
                    throw why;
                }
                Thread.sleep(LOOK_EVERY);
            }
        }
    }

    /// The id that waits for a node with this Raft address (etcd's MemberAdd), or a new one.
    static MemberId joining(NodeConfig config, RemoteAdmin remote)
            throws Failure, InterruptedException {
        var self = Addresses.newMember(config);
        var announced = remote.announced(self.raftAddress());
        return announced.isPresent()
                ? new MemberId(config.name(), announced.getAsLong())
                : self.id();
    }

    /// A start that failed half-way leaves threads that would keep the process alive, so it is
    /// ended here, whatever the reason.
    private MemberId start(NodeConfig config) throws InterruptedException {
        try {
            return starter.start(config);
        } catch (StartRefused | IOException e) {
            Journal.fatal(START_FAILED, String.valueOf(e.getMessage()), null);
            throw new AssertionError(e);
        } catch (RuntimeException e) {
            Journal.fatal(START_FAILED, "cannot start: " + e, e);
            throw e;
        }
    }

    /// Whether the data directory has never been used; the lock's own file does not count.
    private static boolean isNew(NodeConfig config) throws IOException {
        try (var files = Files.list(config.directory())) {
            return files.allMatch(f -> f.endsWith(DirectoryLock.FILE));
        }
    }
}
