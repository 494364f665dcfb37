package dev.mainstay.server.cli;

import dev.mainstay.server.config.BadConfig;
import dev.mainstay.server.config.ConfigLoader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;

/// A local cluster's verbs. Node numbers count from 0.
@Command(
        name = "cluster",
        mixinStandardHelpOptions = true,
        subcommands = HelpCommand.class,
        synopsisSubcommandLabel = "VERB",
        description = "Runs a cluster of processes on this machine.")
final class ClusterCommand {

    private final NodeStarter starter;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            description = "The cluster's folder; .cluster in the checkout if not given.")
    private @Nullable Path directory;

    ClusterCommand(NodeStarter starter) {
        this.starter = starter;
    }

    @Command(
            name = "start",
            mixinStandardHelpOptions = true,
            description = "Makes the cluster if there is none, starts it, waits for a leader.")
    int start(
            @Option(names = "--nodes", paramLabel = "N", description = "Nodes; default 3.")
                    @Nullable Integer nodes,
            @Option(
                            names = "--base-port",
                            paramLabel = "PORT",
                            description =
                                    "Node k uses PORT + 10k for SQL, then +1 gRPC, +2 Raft, +3"
                                            + " HTTP; default 7400.")
                    @Nullable Integer basePort,
            @Option(
                            names = "--set",
                            paramLabel = "KEY=VALUE",
                            description = "Any setting, for all nodes; see: mainstay settings.")
                    @Nullable Map<String, String> settings)
            throws Failure, BadConfig, IOException, InterruptedException {
        var checked = settings == null ? Map.<String, String>of() : checked(settings);
        return cluster().start(new Cluster.Wish(nodes, basePort, checked));
    }

    private static Map<String, String> checked(Map<String, String> settings)
            throws Failure, BadConfig {
        ConfigLoader.check(settings);
        for (var key : settings.keySet()) {
            if (key.startsWith("node.") || key.endsWith("_port")) {
                throw new Failure(key + " differs from node to node and cannot be given for all");
            }
        }
        return new TreeMap<>(settings);
    }

    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = "Prints one line per node; what a node that is down said last.")
    int status() throws Failure, BadConfig, IOException {
        return cluster().status();
    }

    @Command(
            name = "stop",
            mixinStandardHelpOptions = true,
            description = "Stops all nodes: SIGTERM, after 20 s SIGKILL.")
    int stop() throws Failure, BadConfig, IOException, InterruptedException {
        return cluster().stop();
    }

    @Command(
            name = "kill",
            mixinStandardHelpOptions = true,
            description = "Kills node N with SIGKILL.")
    int kill(@Parameters(paramLabel = "N") int number)
            throws Failure, BadConfig, IOException, InterruptedException {
        var cluster = cluster();
        return cluster.kill(cluster.node(number));
    }

    @Command(
            name = "restart",
            mixinStandardHelpOptions = true,
            description = "Stops node N if it runs, and starts it.")
    int restart(@Parameters(paramLabel = "N") int number)
            throws Failure, BadConfig, IOException, InterruptedException {
        var cluster = cluster();
        return cluster.restart(cluster.node(number));
    }

    @Command(
            name = "pause",
            mixinStandardHelpOptions = true,
            description = "Freezes node N with SIGSTOP.")
    int pause(@Parameters(paramLabel = "N") int number)
            throws Failure, BadConfig, IOException, InterruptedException {
        cluster().node(number).signal("STOP");
        return 0;
    }

    @Command(
            name = "resume",
            mixinStandardHelpOptions = true,
            description = "Lets a paused node N go on.")
    int resume(@Parameters(paramLabel = "N") int number)
            throws Failure, BadConfig, IOException, InterruptedException {
        cluster().node(number).signal("CONT");
        return 0;
    }

    @Command(
            name = "replace",
            mixinStandardHelpOptions = true,
            description = "Erases node N's data and brings it back as a new member.")
    int replace(@Parameters(paramLabel = "N") int number)
            throws Failure, BadConfig, IOException, InterruptedException {
        var cluster = cluster();
        return cluster.replace(cluster.node(number));
    }

    @Command(
            name = "destroy",
            mixinStandardHelpOptions = true,
            description = "Kills all nodes and deletes the folder.")
    int destroy() throws Failure, BadConfig, IOException, InterruptedException {
        return cluster().destroy();
    }

    private Cluster cluster() throws Failure {
        var home = Path.of(System.getProperty("mainstay.home", "."));
        var path = directory == null ? home.resolve(".cluster") : directory;
        return new Cluster(
                new ClusterFolder(path.toAbsolutePath().normalize()),
                starter,
                Launch.ofThisProcess());
    }
}
