package dev.mainstay.jepsen.cluster.arena;

import dev.mainstay.jepsen.cluster.Command;
import dev.mainstay.jepsen.cluster.link.NamespaceWiring;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What can be done to nodes on this machine, found out by trying.
///
/// @param rows in the order in which a report shows them
public record Capabilities(List<Row> rows) {

    private static final Duration TRY = Duration.ofSeconds(5);

    public Capabilities {
        rows = List.copyOf(rows);
    }

    /// @param name of what can be done
    /// @param obstacle why it cannot; empty if it can
    public record Row(String name, Optional<String> obstacle) {

        public boolean works() {
            return obstacle.isEmpty();
        }
    }

    public static Capabilities probe() {
        var rows = new ArrayList<Row>();
        rows.add(new Row("signals (kill, pause)", proc()));
        rows.add(new Row("relays (cut, delay, loss without root)", loopback()));
        rows.add(new Row("namespaces (cut, delay, loss of packets)", NamespaceWiring.obstacle()));
        rows.add(new Row("monotonic clocks apart (unshare --time)", timeNamespaces()));
        return new Capabilities(rows);
    }

    /// One line a row.
    public String table() {
        var text = new StringBuilder();
        for (var row : rows) {
            text.append("%-42s %s%n".formatted(row.name(), row.obstacle().orElse("works")));
        }
        return text.toString();
    }

    private static Optional<String> proc() {
        return Files.isReadable(Path.of("/proc/self/stat"))
                ? Optional.empty()
                : Optional.of("there is no /proc");
    }

    private static Optional<String> loopback() {
        return Files.exists(Path.of("/proc/sys/net/ipv4"))
                ? Optional.empty()
                : Optional.of("127.0.0.2 and so on are not local addresses here");
    }

    private static Optional<String> timeNamespaces() {
        try {
            var ran = Command.run(List.of("unshare", "--time", "--fork", "true"), TRY);
            return ran.succeeded() ? Optional.empty() : Optional.of(ran.err().strip());
        } catch (IOException e) {
            return Optional.of("there is no command 'unshare'");
        }
    }
}
