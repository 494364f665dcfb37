package dev.mainstay.server.cli;

import dev.mainstay.server.config.BadConfig;
import dev.mainstay.server.config.ConfigLoader;
import dev.mainstay.server.config.NodeConfig;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One node of a local cluster: its folder and, while it runs, its process.
final class ClusterNode {

    private static final long JOURNAL_BYTES_MAX = 64L << 20;
    private static final int TAIL_BYTES = 16 << 10;

    private final Path folder;
    private final NodeConfig config;
    private final @Nullable Launch launch;

    /// @param launch null when no process will be started
    ClusterNode(Path folder, @Nullable Launch launch) throws BadConfig {
        this.folder = folder;
        this.config = ConfigLoader.load(folder.resolve("node.conf"));
        this.launch = launch;
    }

    NodeConfig config() {
        return config;
    }

    String name() {
        return config.name();
    }

    String grpcAddress() {
        return Addresses.join(config.advertise().host(), config.advertise().grpcPort());
    }

    /// The process started last, running or not; empty after it was stopped on purpose.
    Optional<Proc> process() throws IOException {
        return Proc.read(folder.resolve("pid"));
    }

    Proc.State state() throws IOException {
        return process().map(Proc::state).orElse(Proc.State.GONE);
    }

    boolean isRunning() throws IOException {
        return state() != Proc.State.GONE;
    }

    void start() throws Failure, IOException {
        var journal = folder.resolve("journal.log");
        if (Files.exists(journal) && Files.size(journal) > JOURNAL_BYTES_MAX) {
            Files.move(
                    journal, folder.resolve("journal.log.1"), StandardCopyOption.REPLACE_EXISTING);
        }
        var process =
                Objects.requireNonNull(launch)
                        .run(journal, "server", "--config", folder + "/node.conf");
        var found = Proc.find(process.pid());
        if (found.isEmpty()) {
            throw new Failure(name() + " ended at once: " + lastLine());
        }
        found.get().write(folder.resolve("pid"));
    }

    /// What the node says of itself now; empty when it does not answer.
    Optional<NodeReport> ask() {
        return NodeReport.ask(config.listen().host(), config.listen().httpPort());
    }

    /// Sends a signal to the node's process, which must be running.
    void signal(String name) throws Failure, IOException, InterruptedException {
        if (!isRunning()) {
            throw new Failure(name() + " is not running");
        }
        process().orElseThrow().signal(name);
    }

    /// Called when the process was ended on purpose.
    void forget() throws IOException {
        Files.deleteIfExists(folder.resolve("pid"));
    }

    void erase() throws IOException {
        ClusterFolder.delete(config.directory());
    }

    /// The last line of the journal: of a node that halted, the reason.
    String lastLine() throws IOException {
        var journal = folder.resolve("journal.log");
        if (!Files.exists(journal)) {
            return "(it wrote nothing)";
        }
        try (var file = new RandomAccessFile(journal.toFile(), "r")) {
            var tail = new byte[(int) Math.min(TAIL_BYTES, file.length())];
            file.seek(file.length() - tail.length);
            file.readFully(tail);
            return new String(tail, StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .reduce((_, second) -> second)
                    .orElse("(it wrote nothing)");
        }
    }
}
