package dev.mainstay.jepsen.cluster.arena;

import dev.mainstay.jepsen.cluster.Directories;
import dev.mainstay.jepsen.cluster.NodeProcess;
import dev.mainstay.jepsen.cluster.link.Wiring;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Where one node lives: its files, its ports and, while it runs, its process. Whoever starts, ends
/// or changes it holds [#lock].
final class Place {

    final ReentrantLock lock = new ReentrantLock();
    private final int number;
    private final ArenaBuilder plan;
    private final NodeLaunch launch;
    private final Wiring wiring;
    private final LeftOvers leftOvers;
    private final Path folder;
    private final NodePorts ports;
    // Volatile: looked at without the lock, so that a long change of one node hides nothing.
    private volatile @Nullable NodeProcess process;
    // Guarded by lock: whether its member takes part in the group, as far as we have seen.
    boolean isMember;

    Place(
            int number,
            ArenaBuilder plan,
            Path home,
            NodePorts ports,
            Wiring wiring,
            LeftOvers leftOvers) {
        this.number = number;
        this.plan = plan;
        this.launch = plan.launch();
        this.wiring = wiring;
        this.leftOvers = leftOvers;
        this.folder = home.resolve(name(number));
        this.ports = ports;
    }

    static String name(int node) {
        return "n" + node;
    }

    String name() {
        return name(number);
    }

    String clientAddress() {
        return wiring.clientHost(number) + ":" + ports.grpc(number);
    }

    /// As other nodes know it.
    String peerAddress() {
        return name() + ":" + ports.grpc(number);
    }

    Path journal() {
        return folder.resolve("journal.log");
    }

    Path directory() {
        return plan.dataDirectory(number, folder.resolve("data"));
    }

    boolean isRunning() {
        var running = process;
        return running != null && running.isAlive();
    }

    NodeProcess process() {
        var running = process;
        if (running == null) {
            throw new IllegalStateException("node %d does not run".formatted(number));
        }
        return running;
    }

    /// Writes what the node is configured by.
    void configure() throws IOException {
        Files.createDirectories(folder);
        Files.createDirectories(directory());
        var lines = new ArrayList<String>();
        settings().forEach((key, value) -> lines.add("%s = \"%s\"".formatted(key, value)));
        Files.write(configuration(), lines);
        Files.write(hosts(), hostLines());
    }

    private Map<String, String> settings() {
        var all = new HashMap<>(plan.settings());
        all.put("node.name", name());
        all.put("node.directory", directory().toAbsolutePath().toString());
        all.put("listen.host", wiring.listenHost());
        all.put("listen.sql_port", Integer.toString(ports.sql(number)));
        all.put("advertise.host", name());
        return all;
    }

    private List<String> hostLines() {
        var lines = new ArrayList<>(List.of("127.0.0.1 localhost"));
        for (var other = 0; other < plan.nodes(); other++) {
            lines.add(wiring.address(number, other) + " " + name(other));
        }
        return lines;
    }

    /// Starts the process.
    ///
    /// @param arguments after `server --config FILE`
    void launch(String... arguments) throws IOException {
        var environment = new HashMap<String, String>();
        environment.putAll(plan.environment(number));
        var options = new ArrayList<>(List.of("-Djdk.net.hosts.file=" + hosts()));
        options.addAll(plan.jvmOptions(number));
        var words = new ArrayList<>(List.of("--config", configuration().toString()));
        words.addAll(List.of(arguments));
        var line = new ArrayList<>(wiring.prefix(number));
        line.addAll(launch.line(options, environment, words));
        var builder = new ProcessBuilder(line).directory(folder.toFile());
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(ProcessBuilder.Redirect.appendTo(journal().toFile()));
        var started = new NodeProcess(builder.start().pid());
        process = started;
        leftOvers.note(started);
    }

    /// Empties the node's directory; the directory itself may be a mounted disk.
    void erase() throws IOException {
        try (var entries = Files.newDirectoryStream(directory())) {
            for (var entry : entries) {
                Directories.delete(entry);
            }
        }
    }

    private Path configuration() {
        return folder.resolve("node.conf");
    }

    private Path hosts() {
        return folder.resolve("hosts");
    }
}
