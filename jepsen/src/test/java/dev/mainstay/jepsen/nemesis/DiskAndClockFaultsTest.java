package dev.mainstay.jepsen.nemesis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.client.Database;
import dev.mainstay.client.KeyRange;
import dev.mainstay.client.KeyValue;
import dev.mainstay.client.Mainstay;
import dev.mainstay.client.MainstayException;
import dev.mainstay.jepsen.cluster.Await;
import dev.mainstay.jepsen.cluster.arena.LocalArena;
import dev.mainstay.jepsen.disk.Emulation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Three nodes under a small load: whatever happens to disks and clocks, what was acknowledged is
/// there afterwards, and the cluster writes again.
@Tag("blackbox")
class DiskAndClockFaultsTest {

    private static final Duration RECOVERY = Duration.ofSeconds(60);
    private static final Duration OF_A_FAULT = Duration.ofSeconds(5);
    private static LocalArena arena;

    @BeforeAll
    static void start() throws Exception {
        var plan = LocalArena.builder();
        Emulation.under(plan, Emulation.Names.LOOSE);
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
        try (var load = new Load()) {
            for (var round = 0; round < 3; round++) {
                load.awaitWrites(100);
                healed(PowerLosses.lose(arena, Scene.all(arena)));
                assertThat(arena.awaitServing(RECOVERY)).as(journals()).isEmpty();
            }
            load.awaitWrites(100);
            load.assertAllThere();
        }
    }

    @Test
    void whatWasAcknowledged_survivesALossOfPowerOfTheLeader() throws Exception {
        try (var load = new Load()) {
            for (var round = 0; round < 3; round++) {
                load.awaitWrites(100);
                var fault = PowerLosses.lose(arena, List.of(leader()));
                load.awaitWrites(100);
                healed(fault);
                assertThat(arena.awaitServing(RECOVERY)).as(journals()).isEmpty();
            }
            load.assertAllThere();
        }
    }

    @ParameterizedTest(name = "leader {0}")
    @ValueSource(booleans = {true, false})
    void aFullDisk_losesNothing_andTheClusterWritesAgain(boolean ofLeader) throws Exception {
        try (var load = new Load()) {
            load.awaitWrites(100);
            var node = leaderOrNot(ofLeader);
            var before = refused(node);
            var fault = DiskFaults.full(arena, node);
            Await.until("the node has met its full disk", RECOVERY, () -> refused(node) > before);
            load.awaitWrites(100);
            healed(fault);

            assertThat(arena.awaitServing(RECOVERY)).as(journals()).isEmpty();
            load.awaitWrites(100);
            load.assertAllThere();
        }
    }

    @ParameterizedTest(name = "leader {0}")
    @ValueSource(booleans = {true, false})
    void aNodeWhoseSyncsFail_endsItself_andTheOthersGoOn(boolean ofLeader) throws Exception {
        try (var load = new Load()) {
            load.awaitWrites(100);
            var node = leaderOrNot(ofLeader);
            var fault = DiskFaults.failSyncs(arena, node);
            Await.until("the node ends itself", RECOVERY, () -> !arena.isRunning(node));
            load.awaitWrites(100);
            var lines = Files.readAllLines(arena.journal(node));
            healed(fault);

            assertThat(lines.getLast()).contains("FATAL").contains("Input/output error");
            assertThat(arena.awaitServing(RECOVERY)).as(journals()).isEmpty();
            load.assertAllThere();
        }
    }

    @ParameterizedTest(name = "{0} s")
    @ValueSource(ints = {-300, 300})
    void aJumpOfTheLeadersClock_breaksNothing(int seconds) throws Exception {
        try (var load = new Load()) {
            load.awaitWrites(100);
            var node = leader();
            var term = Scene.term(arena);
            var failures = load.failures.get();
            var fault = ClockFaults.jump(arena, node, Duration.ofSeconds(seconds));
            load.awaitWrites(500);
            healed(fault);
            load.awaitWrites(500);

            assertThat(Scene.term(arena)).isEqualTo(term);
            assertThat(load.failures).hasValue(failures);
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
        Await.until("a leader", RECOVERY, () -> arena.leader().isPresent());
        return arena.leader().orElseThrow();
    }

    private static int leaderOrNot(boolean yes) {
        var leader = leader();
        return yes ? leader : (leader + 1) % arena.size();
    }

    private static void healed(Fault fault) throws Exception {
        var evidence = fault.heal();
        System.out.println(fault.description() + ": " + evidence);
        assertThat(evidence.isProven()).as(evidence.trace()).isTrue();
    }

    private static String journals() {
        return Scene.all(arena).stream()
                .map(node -> {
                    try {
                        var lines = Files.readAllLines(arena.journal(node));
                        var from = Math.max(0, lines.size() - 25);
                        return "n%d:\n%s\n"
                                .formatted(
                                        node, String.join("\n", lines.subList(from, lines.size())));
                    } catch (IOException e) {
                        return e.toString();
                    }
                })
                .collect(Collectors.joining());
    }

    /// Puts new keys, a few at a time, until closed.
    private static final class Load implements AutoCloseable {

        private static final int WRITERS = 3;
        private static final AtomicInteger LOADS = new AtomicInteger();

        private final String prefix = "load" + LOADS.incrementAndGet() + "/";
        private final Database database;
        private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger failures = new AtomicInteger();
        private final AtomicBoolean stop = new AtomicBoolean();
        private final List<Thread> writers;

        Load() {
            var endpoints = Scene.all(arena).stream().map(arena::endpoint).toArray(String[]::new);
            database = Mainstay.builder(endpoints).discovers(false).timeout(OF_A_FAULT).connect();
            writers =
                    IntStream.range(0, WRITERS)
                            .mapToObj(_ -> Thread.ofVirtual().start(this::run))
                            .toList();
        }

        private void run() {
            try {
                while (!stop.get()) {
                    var key = prefix + next.incrementAndGet();
                    try {
                        var _ = database.put(key, "v".repeat(100));
                        acknowledged.add(key);
                    } catch (MainstayException e) {
                        failures.incrementAndGet();
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        void awaitWrites(int more) {
            var enough = acknowledged.size() + more;
            Await.until(
                    more + " more writes",
                    RECOVERY,
                    () -> acknowledged.size() >= enough,
                    () -> "%d failed\n%s".formatted(failures.get(), journals()));
        }

        void assertAllThere() throws InterruptedException {
            var expected = Set.copyOf(acknowledged);
            var there =
                    database.getAll(KeyRange.prefix(prefix)).entries().stream()
                            .map(KeyValue::key)
                            .map(key -> key.text())
                            .collect(Collectors.toSet());
            assertThat(there).containsAll(expected);
        }

        @Override
        public void close() {
            stop.set(true);
            try {
                for (var writer : writers) {
                    writer.join();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            database.close();
        }
    }
}
