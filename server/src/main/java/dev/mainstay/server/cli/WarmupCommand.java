package dev.mainstay.server.cli;

import com.typesafe.config.ConfigFactory;
import dev.mainstay.server.config.BadConfig;
import dev.mainstay.server.config.ConfigLoader;
import dev.mainstay.server.config.NodeConfig;
import dev.mainstay.server.telemetry.Journal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// Starts a node of its own in a temporary folder, uses it a little, and ends: the run from which
/// the build makes the class cache for all later starts.
@Command(name = "warmup", hidden = true, description = "Used by the build.")
final class WarmupCommand implements Callable<Integer> {

    private static final Duration READY = Duration.ofSeconds(30);

    private final NodeStarter starter;

    WarmupCommand(NodeStarter starter) {
        this.starter = starter;
    }

    @Override
    public Integer call()
            throws Failure, BadConfig, StartRefused, IOException, InterruptedException {
        Journal.open();
        var folder = Files.createTempDirectory("mainstay-warmup");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
        var config = config(folder);
        Files.createDirectories(config.directory());
        var self = Addresses.newMember(config);
        starter.permit(
                config.directory(), new Bootstrap(Addresses.newNumber(), self.id(), List.of(self)));
        starter.start(config);
        awaitReady(config);
        try (var remote = new RemoteAdmin(self.grpcAddress())) {
            return remote.members().getLeader().isEmpty() ? 1 : 0;
        }
    }

    private static void awaitReady(NodeConfig config) throws Failure, InterruptedException {
        long begin = System.nanoTime();
        while (NodeReport.ask(config.listen().host(), config.listen().httpPort())
                .filter(NodeReport::isReady)
                .isEmpty()) {
            if (System.nanoTime() - begin > READY.toNanos()) {
                throw new Failure("the node is not ready after " + READY.toSeconds() + " s");
            }
            Thread.sleep(Duration.ofMillis(25));
        }
    }

    private static NodeConfig config(Path folder) throws BadConfig, IOException {
        var values = new HashMap<String, Object>();
        values.put("node.name", "warmup");
        values.put("disk.reserve", 0);
        for (var use : List.of("sql", "grpc", "raft", "http")) {
            values.put("listen." + use + "_port", freePort());
        }
        return ConfigLoader.load(ConfigFactory.parseMap(values), folder);
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void delete(Path folder) {
        try {
            ClusterFolder.delete(folder);
        } catch (IOException _) {
            // The node still writes there; the folder is a temporary one.
        }
    }
}
