package dev.mainstay.jepsen.cluster.arena;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.jepsen.cluster.Await;
import dev.mainstay.jepsen.cluster.Standing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The links between nodes are ours, all of them.
@Tag("blackbox")
class PartitionTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private static LocalArena arena;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        arena = LocalArena.builder().start();
    }

    @AfterAll
    static void stop() throws IOException {
        arena.close();
    }

    @Test
    void withAllLinksCut_nobodyReachesAnybody_andTheLeaderStepsDown() throws Exception {
        var links = arena.links().orElseThrow();
        for (var from = 0; from < arena.size(); from++) {
            for (var to = 0; to < arena.size(); to++) {
                if (from != to) {
                    links.cut(from, to);
                }
            }
        }

        Await.until("nobody leads", SOON, () -> everybody().stream().noneMatch(Standing::leads));
        // Clients still reach every node, and no node serves.
        assertThat(everybody()).hasSize(3);
        assertThat(arena.awaitServing(Duration.ofSeconds(2))).containsExactly(0, 1, 2);

        links.heal();
        assertThat(arena.awaitServing(SOON)).isEmpty();
    }

    @Test
    void nodesCallEachOther_atRelaysOnly() throws IOException {
        for (var node = 0; node < arena.size(); node++) {
            var prefix = "127.%d.".formatted(100 + node);

            assertThat(called(node)).isNotEmpty().allMatch(address -> address.startsWith(prefix));
        }
    }

    private static List<Standing> everybody() {
        return Operator.standings(
                        IntStream.range(0, arena.size()).mapToObj(arena::endpoint).toList())
                .stream()
                .flatMap(Optional::stream)
                .toList();
    }

    /// Addresses at which the node's process has called a port that nodes listen on.
    private static List<String> called(int node) throws IOException {
        var sockets = sockets(arena.process(node).pid());
        var called = new ArrayList<String>();
        for (var table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            for (var line : Files.readAllLines(Path.of(table))) {
                var fields = line.trim().split("\\s+", -1);
                var remote = fields[2].split(":", -1);
                if (remote.length == 2
                        && sockets.contains("socket:[" + fields[9] + "]")
                        && ports().contains(Integer.parseInt(remote[1], 16))) {
                    called.add(address(remote[0]));
                }
            }
        }
        return called;
    }

    private static List<Integer> ports() {
        var ports = new ArrayList<Integer>();
        for (var node = 0; node < arena.size(); node++) {
            var grpc = Integer.parseInt(arena.endpoint(node).split(":", -1)[1]);
            ports.addAll(List.of(grpc, grpc + 1));
        }
        return ports;
    }

    /// The last four bytes, which the kernel writes as one little-endian number.
    private static String address(String hex) {
        var number = Long.parseLong(hex.substring(hex.length() - 8), 16);
        return "%d.%d.%d.%d"
                .formatted(number & 255, number >> 8 & 255, number >> 16 & 255, number >> 24 & 255);
    }

    private static Set<String> sockets(long pid) throws IOException {
        var sockets = new HashSet<String>();
        var handles = Path.of("/proc", Long.toString(pid), "fd");
        try (var entries = Files.newDirectoryStream(handles)) {
            for (var entry : entries) {
                if (Files.isSymbolicLink(entry)) {
                    sockets.add(Files.readSymbolicLink(entry).toString());
                }
            }
        }
        return sockets;
    }
}
