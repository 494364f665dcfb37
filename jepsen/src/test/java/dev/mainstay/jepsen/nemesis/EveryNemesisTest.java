package dev.mainstay.jepsen.nemesis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.jepsen.cluster.KeyValues;
import dev.mainstay.jepsen.cluster.arena.LocalArena;
import dev.mainstay.jepsen.history.Recorder;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Each fault happens, proves it, and leaves a cluster that serves.
@Tag("blackbox")
class EveryNemesisTest {

    private static final Duration RECOVERY = Duration.ofSeconds(40);
    private static final int LASTS_MILLIS = 1_000;

    private static LocalArena arena;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        arena = LocalArena.builder().start();
    }

    @AfterAll
    static void stop() throws IOException {
        arena.close();
    }

    @TestFactory
    List<DynamicTest> everyNemesis_leavesATrace_andAClusterThatServes() {
        var tests = new ArrayList<DynamicTest>();
        for (var nemesis : Nemeses.standard().all()) {
            if (nemesis.obstacle(arena).isEmpty()) {
                tests.add(
                        DynamicTest.dynamicTest(
                                Nemeses.name(nemesis), () -> suffer(arena, nemesis)));
            }
        }
        assertThat(tests).hasSize(17);
        return tests;
    }

    /// With two more nodes, what needs five.
    @Test
    void ringsAndBridges_leaveATrace_andAClusterThatServes()
            throws IOException, InterruptedException {
        try (var five = LocalArena.builder().nodes(5).start()) {
            for (var nemesis :
                    Nemeses.standard().named(List.of("partition/ring", "partition/bridge"))) {
                suffer(five, nemesis);
            }
        }
    }

    @Test
    void aSchedule_provesItsFaults_andLeavesAClusterThatServes() throws InterruptedException {
        var recorder = new Recorder(_ -> {});
        var nemeses =
                Nemeses.standard().named(List.of("kill", "pause", "partition", "link", "transfer"));

        var result =
                new Schedule(arena, recorder, nemeses, Pace.BRISK, 1).run(Duration.ofSeconds(20));

        assertThat(result.problems()).isEmpty();
        assertThat(result.faults()).hasSizeGreaterThan(3);
        assertThat(recorder.history().faults()).hasSameSizeAs(result.faults());
    }

    private static void suffer(Arena arena, Nemesis nemesis)
            throws IOException, InterruptedException {
        var fault = nemesis.begin(arena, new SplittableRandom(20_260_731));
        writeFor(arena, LASTS_MILLIS);

        var evidence = fault.heal();

        assertThat(evidence.isProven()).as(fault.description() + ": " + evidence.trace()).isTrue();
        assertThat(arena.awaitServing(RECOVERY)).isEmpty();
        assertThat(Scene.running(arena)).hasSize(arena.size());
        System.out.printf(
                "%s: %s; %s%n", Nemeses.name(nemesis), fault.description(), evidence.trace());
    }

    /// Some load, wherever it is taken.
    private static void writeFor(Arena arena, int millis) {
        var deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (var i = 0; System.nanoTime() - deadline < 0; i++) {
            var target = arena.leader().orElse(i % arena.size());
            try (var values = new KeyValues(arena.endpoint(target), Duration.ofMillis(500))) {
                while (System.nanoTime() - deadline < 0) {
                    values.put("load/" + i % 100, "v");
                }
            } catch (StatusRuntimeException e) {
                // It does not have to succeed.
            }
        }
    }
}
