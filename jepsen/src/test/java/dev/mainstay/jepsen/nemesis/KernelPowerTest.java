package dev.mainstay.jepsen.nemesis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.jepsen.cluster.arena.LocalArena;
import dev.mainstay.jepsen.disk.Emulation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The same promise on real file systems that lose their power. Where that needs more than there
/// is, it says so in one line.
@Tag("blackbox")
class KernelPowerTest {

    private static final Duration RECOVERY = Duration.ofSeconds(60);

    @Test
    void whatWasAcknowledged_survivesALossOfPowerOfAllNodes_onTheKernelsDisks() throws Exception {
        var obstacle = Emulation.obstacleToKernelDisks();
        if (obstacle.isPresent()) {
            assertThat(obstacle.get()).hasLineCount(1);
            return;
        }
        var plan = LocalArena.builder().setting("ha.election_timeout", "2s");
        Emulation.onKernelDisks(plan);
        Path disk;
        try (var arena = plan.start()) {
            disk = arena.directory(0);
            try (var load = new Load(arena)) {
                for (var round = 0; round < 3; round++) {
                    load.awaitWrites(100);
                    var evidence = PowerLosses.lose(arena, Scene.all(arena)).heal();
                    assertThat(evidence.isProven()).as(evidence.trace()).isTrue();
                    assertThat(arena.awaitServing(RECOVERY)).as(Load.journals(arena)).isEmpty();
                }
                load.awaitWrites(100);
                load.assertAllThere();
            }
        }

        assertThat(disk).doesNotExist();
        assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(disk.toString());
    }
}
