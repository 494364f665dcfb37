package dev.mainstay.jepsen.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Three processes of the etcd that is installed on this machine, with its defaults; fsync is on.
public final class EtcdCluster implements KvCluster {

    private static final Duration START = Duration.ofSeconds(30);
    private static final int PORTS_PER_NODE = 2;

    private final Path home;
    private final int basePort;
    private final List<Process> processes = new ArrayList<>();
    private final Thread onExit = new Thread(this::killAll, "etcd-clean-up");

    private EtcdCluster(Path home, int basePort) {
        this.home = home;
        this.basePort = basePort;
    }

    public static EtcdCluster start(int nodes) throws IOException {
        var home = Directories.temporary("etcd");
        var cluster = new EtcdCluster(home, Ports.freeBlock(nodes * PORTS_PER_NODE));
        Runtime.getRuntime().addShutdownHook(cluster.onExit);
        try {
            for (var node = 0; node < nodes; node++) {
                cluster.processes.add(cluster.launch(node, nodes));
            }
            cluster.awaitAllReady(START);
            return cluster;
        } catch (IOException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    @Override
    public String product() {
        return "etcd";
    }

    @Override
    public int size() {
        return processes.size();
    }

    @Override
    public String endpoint(int node) {
        return "127.0.0.1:" + clientPort(node);
    }

    @Override
    public Path directory(int node) {
        return home.resolve("n" + node);
    }

    @Override
    public NodeProcess process(int node) {
        return new NodeProcess(processes.get(node).pid());
    }

    @Override
    public void kill(int node) {
        process(node).kill();
    }

    @Override
    public void restart(int node) throws IOException {
        processes.set(node, launch(node, size()));
    }

    @Override
    public void close() throws IOException {
        killAll();
        Runtime.getRuntime().removeShutdownHook(onExit);
        Directories.delete(home);
    }

    private void killAll() {
        for (var process : processes) {
            process.destroyForcibly();
        }
        for (var process : processes) {
            new NodeProcess(process.pid()).kill();
        }
    }

    private Process launch(int node, int nodes) throws IOException {
        var client = "http://127.0.0.1:" + clientPort(node);
        var line = new ArrayList<>(List.of("etcd", "--name=n" + node));
        line.add("--data-dir=" + directory(node));
        line.add("--listen-client-urls=" + client);
        line.add("--advertise-client-urls=" + client);
        line.add("--listen-peer-urls=" + peerUrl(node));
        line.add("--initial-advertise-peer-urls=" + peerUrl(node));
        line.add("--initial-cluster=" + everyone(nodes));
        line.add("--log-level=error");
        var journal = Files.createDirectories(home).resolve("n" + node + ".out").toFile();
        return new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(journal))
                .start();
    }

    private String everyone(int nodes) {
        var members = new ArrayList<String>();
        for (var node = 0; node < nodes; node++) {
            members.add("n" + node + "=" + peerUrl(node));
        }
        return String.join(",", members);
    }

    private String peerUrl(int node) {
        return "http://127.0.0.1:" + (clientPort(node) + 1);
    }

    private int clientPort(int node) {
        return basePort + PORTS_PER_NODE * node;
    }
}
