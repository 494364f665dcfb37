package dev.mainstay.jepsen.cluster.arena;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.jepsen.cluster.Await;
import dev.mainstay.jepsen.cluster.KeyValues;
import dev.mainstay.jepsen.cluster.NodeProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("blackbox")
class LocalArenaTest {

    private static final Duration RECOVERY = Duration.ofSeconds(30);

    @Test
    void aClusterServes_survivesItsLeader_andLeavesNothingBehind() throws Exception {
        List<NodeProcess> processes;
        Path home;
        try (var arena = LocalArena.builder().start()) {
            home = arena.home();
            int leader = arena.leader().orElseThrow();
            try (var node = new KeyValues(arena.endpoint(leader))) {
                node.put("a", "1");
            }

            arena.kill(leader);

            assertThat(arena.isRunning(leader)).isFalse();
            Await.until(
                    "another leads",
                    RECOVERY,
                    () -> arena.leader().filter(l -> l != leader).isPresent());
            arena.start(leader);
            assertThat(arena.awaitServing(RECOVERY)).isEmpty();
            try (var node = new KeyValues(arena.endpoint(leader))) {
                assertThat(node.get("a")).hasSize(1);
            }
            processes = List.of(arena.process(0), arena.process(1), arena.process(2));
        }

        assertThat(processes).noneMatch(NodeProcess::isAlive);
        assertThat(Files.exists(home)).isFalse();
    }

    @Test
    void aNodeRunsWithMoreClasses_options_andEnvironment(@TempDir Path folder) throws Exception {
        var arena =
                LocalArena.builder()
                        .nodes(1)
                        .home(folder.resolve("home"))
                        .classPathPrefix(folder.resolve("classes"))
                        .nodeJvmOptions(node -> List.of("-Dnumber=" + node))
                        .nodeEnvironment(node -> Map.of("NUMBER", "is" + node))
                        .dataDirectory(node -> folder.resolve("disk" + node))
                        .start();
        try (arena) {
            var proc = Path.of("/proc", Long.toString(arena.process(0).pid()));
            assertThat(Files.readString(proc.resolve("cmdline")))
                    .contains("-Dnumber=0", folder.resolve("classes") + ":");
            assertThat(Files.readString(proc.resolve("environ"))).contains("NUMBER=is0");
            assertThat(folder.resolve("disk0/identity")).exists();
        }

        // What was asked for by name is kept.
        assertThat(arena.journal(0)).exists();
    }
}
