package dev.mainstay.jepsen.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A cluster of Mainstay nodes on this machine, run through `bin/mainstay cluster`.
///
/// Signals go straight to the processes that listen on the cluster's ports: the ports were free
/// before, so these are the nodes that were started here.
public final class MainstayCluster implements KvCluster {

    private static final Duration START = Duration.ofSeconds(90);
    // The first command builds the server if its sources are newer.
    private static final Duration COMMAND = Duration.ofMinutes(10);
    // Node k uses base + 10 k: SQL, then gRPC, Raft and HTTP.
    private static final int PORTS_PER_NODE = 10;
    private static final int GRPC = 1;
    private static final int RAFT = 2;
    private static final int HTTP = 3;

    private final Path program;
    private final Path home;
    private final int basePort;
    private final int nodes;
    private final Map<Integer, NodeProcess> running = new TreeMap<>();
    private final Thread onExit = new Thread(this::killAll, "mainstay-clean-up");

    private MainstayCluster(Path program, Path home, int basePort, int nodes) {
        this.program = program;
        this.home = home;
        this.basePort = basePort;
        this.nodes = nodes;
    }

    /// Starts nodes in a directory of their own.
    ///
    /// @param settings `key=value`, as after `--set`
    public static MainstayCluster start(int nodes, String... settings) throws IOException {
        return start(home(), nodes, settings);
    }

    /// Starts nodes of the build in another checkout, to compare two of them.
    static MainstayCluster start(Path checkout, int nodes, String... settings) throws IOException {
        var home = Directories.temporary("cluster");
        var cluster =
                new MainstayCluster(
                        program(checkout), home, Ports.freeBlock(nodes * PORTS_PER_NODE), nodes);
        Runtime.getRuntime().addShutdownHook(cluster.onExit);
        try {
            cluster.startAll(settings);
            return cluster;
        } catch (IOException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /// Whether there is a `bin/mainstay` to run.
    public static boolean isBuilt() {
        return Files.isExecutable(home().resolve("bin/mainstay"));
    }

    @Override
    public String product() {
        return "mainstay";
    }

    @Override
    public int size() {
        return nodes;
    }

    @Override
    public String endpoint(int node) {
        return "127.0.0.1:" + (sqlPort(node) + GRPC);
    }

    public int sqlPort(int node) {
        return basePort + PORTS_PER_NODE * node;
    }

    public int grpcPort(int node) {
        return sqlPort(node) + GRPC;
    }

    public int raftPort(int node) {
        return sqlPort(node) + RAFT;
    }

    public int httpPort(int node) {
        return sqlPort(node) + HTTP;
    }

    @Override
    public Path directory(int node) {
        return home.resolve("n" + node).resolve("data");
    }

    @Override
    public NodeProcess process(int node) {
        var process = running.get(node);
        if (process == null) {
            throw new IllegalStateException("node %d does not run".formatted(node));
        }
        return process;
    }

    @Override
    public void kill(int node) {
        process(node).kill();
        running.remove(node);
    }

    @Override
    public void restart(int node) throws IOException {
        command("restart", Integer.toString(node)).orThrow();
        learnProcess(node);
    }

    /// Starts a killed node again; what the command said, whether or not the node came up.
    public Command.Ran tryRestart(int node) throws IOException {
        return command("restart", Integer.toString(node)).ran();
    }

    /// Gives the place of a node whose directory is lost to a new member.
    public void replace(int node) throws IOException {
        command("replace", Integer.toString(node)).orThrow();
        learnProcess(node);
    }

    @Override
    public void close() throws IOException {
        killAll();
        Runtime.getRuntime().removeShutdownHook(onExit);
        Directories.delete(home);
    }

    /// Everything the nodes wrote to their journals, for a test's message.
    public String journals() throws IOException {
        var text = new StringBuilder();
        for (var file : journalFiles()) {
            text.append("== ").append(file).append('\n').append(Files.readString(file));
        }
        return text.toString();
    }

    private List<Path> journalFiles() throws IOException {
        try (var files = Files.walk(home, 3)) {
            return files.filter(f -> f.endsWith("journal.log")).toList();
        }
    }

    private void startAll(String... settings) throws IOException {
        var line = new ArrayList<String>();
        line.addAll(List.of("--nodes", Integer.toString(nodes)));
        line.addAll(List.of("--base-port", Integer.toString(basePort)));
        for (var setting : settings) {
            line.addAll(List.of("--set", setting));
        }
        var answer = command("start", line.toArray(String[]::new));
        for (var node = 0; node < nodes; node++) {
            // Before anything can fail: what has come up is ours to end.
            var pid = NodeProcess.listeningOn(grpcPort(node));
            if (pid.isPresent()) {
                running.put(node, new NodeProcess(pid.getAsLong()));
            }
        }
        answer.orThrow();
        for (var node = 0; node < nodes; node++) {
            learnProcess(node);
        }
        awaitAllReady(START);
    }

    private void learnProcess(int node) {
        Await.until(
                "node %d listens".formatted(node),
                START,
                () -> NodeProcess.listeningOn(grpcPort(node)).isPresent());
        var pid = NodeProcess.listeningOn(grpcPort(node)).orElseThrow();
        running.put(node, new NodeProcess(pid));
    }

    private void killAll() {
        // A node that is coming up when we leave is known only by its ports.
        for (var node = 0; node < nodes; node++) {
            for (var port : new int[] {grpcPort(node), raftPort(node)}) {
                NodeProcess.listeningOn(port)
                        .ifPresent(pid -> new NodeProcess(pid).killWithoutWaiting());
            }
        }
        for (var process : running.values()) {
            process.kill();
        }
        running.clear();
    }

    private Answer command(String verb, String... arguments) throws IOException {
        var line = new ArrayList<>(List.of(program.toString(), "cluster", verb));
        line.addAll(Arrays.asList(arguments));
        line.addAll(List.of("--dir", home.toString()));
        return new Answer(line, Command.run(line, COMMAND));
    }

    private record Answer(List<String> line, Command.Ran ran) {

        void orThrow() throws IOException {
            if (!ran.succeeded()) {
                throw new IOException(
                        "%s: exit %d\n%s%s"
                                .formatted(
                                        String.join(" ", line), ran.exit(), ran.out(), ran.err()));
            }
        }
    }

    private static Path program(Path checkout) throws IOException {
        var program = checkout.resolve("bin/mainstay");
        if (!Files.isExecutable(program)) {
            throw new IOException(
                    "no bin/mainstay in %s (property mainstay.home)".formatted(checkout));
        }
        return program;
    }

    private static Path home() {
        return Path.of(System.getProperty("mainstay.home", "")).toAbsolutePath();
    }
}
