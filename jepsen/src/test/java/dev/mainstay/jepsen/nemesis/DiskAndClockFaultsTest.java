package dev.mainstay.jepsen.nemesis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.jepsen.cluster.Await;
import dev.mainstay.jepsen.cluster.arena.LocalArena;
import dev.mainstay.jepsen.disk.Emulation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Three nodes under a small load: whatever happens to disks and clocks, what was acknowledged is
/// there afterwards, and the cluster writes again.
@Tag("blackbox")
class DiskAndClockFaultsTest {

    private static final Duration RECOVERY = Duration.ofSeconds(60);
    private static final int ROUNDS = 2;
    private static final System.Logger LOG = System.getLogger("faults");

    private static LocalArena arena;

    @BeforeAll
    static void start() throws Exception {
        // Not as restless as usual: a busy machine must not look like a cluster without a leader.
        var plan = LocalArena.builder().setting("ha.election_timeout", "2s");
        Emulation.under(plan, Emulation.Names.ORDERED);
        arena = plan.start();
    }

    @AfterAll
    static void stop() throws IOException {
        if (arena != null) {
            arena.close();
        }
    }

    @Test
    void whatWasAcknowledged_survivesALossOfPowerOfAllNodes() throws Exception {
        try (var load = new Load(arena)) {
            for (var round = 0; round < ROUNDS; round++) {
                load.awaitWrites(100);
                healed(PowerLosses.lose(arena, Scene.all(arena)));
                assertThat(arena.awaitServing(RECOVERY)).as(Load.journals(arena)).isEmpty();
            }
            load.awaitWrites(100);
            load.assertAllThere();
        }
    }

    @Test
    void whatWasAcknowledged_survivesALossOfPowerOfTheLeader() throws Exception {
        try (var load = new Load(arena)) {
            for (var round = 0; round < ROUNDS; round++) {
                load.awaitWrites(100);
                var fault = PowerLosses.lose(arena, List.of(leader()));
                load.awaitWrites(100);
                healed(fault);
                assertThat(arena.awaitServing(RECOVERY)).as(Load.journals(arena)).isEmpty();
            }
            load.assertAllThere();
        }
    }

    @ParameterizedTest(name = "leader {0}")
    @ValueSource(booleans = {true, false})
    void aFullDisk_losesNothing_andTheClusterWritesAgain(boolean ofLeader) throws Exception {
        try (var load = new Load(arena)) {
            load.awaitWrites(100);
            var node = leaderOrNot(ofLeader);
            var before = refused(node);
            var fault = DiskFaults.full(arena, node);
            Await.until("the node has met its full disk", RECOVERY, () -> refused(node) > before);
            load.awaitWrites(100);
            healed(fault);

            assertThat(arena.awaitServing(RECOVERY)).as(Load.journals(arena)).isEmpty();
            load.awaitWrites(100);
            load.assertAllThere();
        }
    }

    @ParameterizedTest(name = "leader {0}")
    @ValueSource(booleans = {true, false})
    void aNodeWhoseSyncsFail_endsItself_andTheOthersGoOn(boolean ofLeader) throws Exception {
        try (var load = new Load(arena)) {
            load.awaitWrites(100);
            var node = leaderOrNot(ofLeader);
            var fault = DiskFaults.failSyncs(arena, node);
            Await.until("the node ends itself", RECOVERY, () -> !arena.isRunning(node));
            load.awaitWrites(100);
            var lines = Files.readAllLines(arena.journal(node));
            healed(fault);

            assertThat(lines.getLast()).endsWith("FATAL cannot write the log");
            assertThat(lines).anyMatch(line -> line.contains("Input/output error"));
            assertThat(arena.awaitServing(RECOVERY)).as(Load.journals(arena)).isEmpty();
            load.assertAllThere();
        }
    }

    @ParameterizedTest(name = "{0} s")
    @ValueSource(ints = {-300, 300})
    void aJumpOfTheLeadersClock_breaksNothing(int seconds) throws Exception {
        try (var load = new Load(arena)) {
            load.awaitWrites(100);
            var node = leader();
            var term = Scene.term(arena);
            var failures = load.failures();
            var fault = ClockFaults.jump(arena, node, Duration.ofSeconds(seconds));
            load.awaitWrites(500);
            healed(fault);
            load.awaitWrites(500);

            assertThat(Scene.term(arena)).isEqualTo(term);
            assertThat(load.failures()).isEqualTo(failures);
            load.assertAllThere();
        }
    }

    @TestFactory
    List<DynamicTest> everyFaultOfDisksAndClocks_leavesATrace_andAClusterThatServes() {
        return Nemeses.standard().named(List.of("disk", "power", "clock")).stream()
                .map(nemesis ->
                        DynamicTest.dynamicTest(Nemeses.name(nemesis), () -> suffer(nemesis)))
                .toList();
    }

    private static void suffer(Nemesis nemesis) throws Exception {
        assertThat(nemesis.obstacle(arena)).isEmpty();
        try (var load = new Load(arena)) {
            load.awaitWrites(10);
            var fault = nemesis.begin(arena, new SplittableRandom(20_261_125));
            if (nemesis.takes(arena.size()) == 1) {
                load.awaitWrites(100);
            }
            healed(fault);

            assertThat(arena.awaitServing(RECOVERY)).as(Load.journals(arena)).isEmpty();
            load.assertAllThere();
        }
    }

    private static long refused(int node) {
        try {
            return arena.disks().orElseThrow().traces(node).refused();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int leader() {
        var found = new AtomicInteger();
        Await.until(
                "a leader",
                RECOVERY,
                () -> {
                    var leader = arena.leader();
                    leader.ifPresent(found::set);
                    return leader.isPresent();
                });
        return found.get();
    }

    private static int leaderOrNot(boolean yes) {
        var leader = leader();
        return yes ? leader : (leader + 1) % arena.size();
    }

    private static void healed(Fault fault) throws Exception {
        var evidence = fault.heal();
        LOG.log(System.Logger.Level.INFO, "{0}: {1}", fault.description(), evidence.trace());
        assertThat(evidence.isProven()).as(evidence.trace()).isTrue();
    }
}
