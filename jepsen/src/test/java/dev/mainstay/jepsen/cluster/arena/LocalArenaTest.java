package dev.mainstay.jepsen.cluster.arena;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.jepsen.cluster.Await;
import dev.mainstay.jepsen.cluster.KeyValues;
import dev.mainstay.jepsen.cluster.NodeProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

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
}
