package dev.mainstay.jepsen.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.jepsen.checker.Verdict;
import dev.mainstay.jepsen.history.HistoryFile;
import dev.mainstay.jepsen.nemesis.Pace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunnerTest {

    private static final Pace PACE =
            new Pace(
                    Duration.ofMillis(20),
                    Duration.ofMillis(40),
                    Duration.ofMillis(10),
                    Duration.ofMillis(20),
                    Duration.ofSeconds(1),
                    0);

    private final Queue<String> diary = new ConcurrentLinkedQueue<>();
    @TempDir private Path home;
    private Path folder = Path.of("");
    private FakeArena arena = new FakeArena(Path.of(""));

    @BeforeEach
    void makeFolder() throws Exception {
        folder = Files.createDirectory(home.resolve("run"));
        arena = new FakeArena(home);
    }

    @Test
    void steps_comeInTheirOrder_andEveryFaultIsHealedBeforeTheLastWords() throws Exception {
        var ran = run(workload("a", () -> {}), new FakeNemesis("kill", true, diary));

        assertThat(anomalies(ran)).isEmpty();
        var words = new ArrayList<>(diary);
        assertThat(words.getFirst()).isEqualTo("begin");
        assertThat(words.subList(words.size() - 3, words.size()))
                .containsExactly("close", "finish", "members");
        assertThat(words).contains("fault", "heal");
        assertThat(words.lastIndexOf("heal")).isGreaterThan(words.lastIndexOf("fault"));
        // Workers work on after the last fault.
        assertThat(words.lastIndexOf("step")).isGreaterThan(words.lastIndexOf("heal"));
        var history = HistoryFile.read(folder.resolve(HistoryFile.NAME));
        assertThat(history.faults()).hasSizeGreaterThan(2);
        assertThat(history.ops()).hasSizeGreaterThan(10);
    }

    @Test
    void aFaultWithoutProof_failsTheRun() throws Exception {
        var ran = run(workload("a", () -> {}), new FakeNemesis("kill", false, diary));

        assertThat(anomalies(ran)).contains("fault-failed");
    }

    @Test
    void aWorkerThatThrows_failsTheRun_andTheOthersWorkOn() throws Exception {
        var failing =
                workload(
                        "a",
                        () -> {
                            throw new IllegalStateException("no such thing");
                        });
        var other = workload("b", () -> {});

        var ran = run(List.of(failing, other), new FakeNemesis("kill", true, diary));

        assertThat(anomalies(ran)).contains("worker-failed", "nothing-done");
        assertThat(ran.findings().judgements().toString()).contains("no such thing");
        assertThat(HistoryFile.read(folder.resolve(HistoryFile.NAME)).of("b").ops())
                .hasSizeGreaterThan(10);
    }

    @Test
    void aNodeThatEndsByItself_failsTheRun() throws Exception {
        var ran = run(workload("a", () -> arena.kill(2)), new FakeNemesis("pause", true, diary));

        assertThat(anomalies(ran)).contains("unlicensed-exit", "not-live");
    }

    @Test
    void aNodeThatIsKilled_mayEnd() throws Exception {
        var nemesis = new FakeNemesis("kill", true, diary);
        var task = task(List.of(workload("a", () -> {})), List.of(nemesis));
        arena.kill(1);

        var ran = new Runner(arena, task, folder).run();

        assertThat(anomalies(ran)).doesNotContain("unlicensed-exit");
    }

    @Test
    void aNodeThatDoesNotServeInTheEnd_failsTheRun() throws Exception {
        arena.silent.add(1);

        var ran = run(workload("a", () -> {}), new FakeNemesis("kill", true, diary));

        assertThat(anomalies(ran)).contains("not-live");
    }

    @Test
    void anErrorInAJournal_failsTheRun_andTheJournalIsKept() throws Exception {
        Files.writeString(
                home.resolve("journal1"),
                """
                2026-01-01T00:00:00.000Z INFO  Node [main] serves
                2026-01-01T00:00:01.000Z ERROR GroupGateway [apply] the group stops on this node
                """);

        var ran = run(workload("a", () -> {}), new FakeNemesis("kill", true, diary));

        assertThat(anomalies(ran)).containsExactly("journal-error");
        assertThat(folder.resolve("nodes/n1/journal.log")).exists();
    }

    @Test
    void anErrorThatBelongsToAnOrderedStop_isAllowed() throws Exception {
        Files.writeString(
                home.resolve("journal2"),
                """
                2026-01-01T00:00:01.000Z ERROR RaftServer$Division [t] n2: Failed appendEntries* n1
                org.apache.ratis.ServerNotReadyException: n2 is not in [RUNNING]: current state is CLOSING
                """);

        var ran = run(workload("a", () -> {}), new FakeNemesis("kill", true, diary));

        assertThat(anomalies(ran)).isEmpty();
    }

    @Test
    void stopped_itHeals_andJudgesWhatThereIs() throws Exception {
        var stopping = new ArrayList<Runner>();
        var workload = workload("a", () -> stopping.forEach(Runner::stop));
        var task =
                task(List.of(workload), List.of(new FakeNemesis("kill", true, diary)))
                        .lasting(Duration.ofMinutes(10));
        var runner = new Runner(arena, task, folder);
        stopping.add(runner);

        var ran = runner.run();

        assertThat(ran.isCutShort()).isTrue();
        assertThat(diary).endsWith("close", "finish", "members");
        assertThat(anomalies(ran)).isEmpty();
    }

    @Test
    void stoppedWhileANodeIsAsked_theInterruptionIsNoFinding() throws Exception {
        var asked = new CountDownLatch(1);
        arena.whileAsked =
                () -> {
                    if (asked.getCount() > 0) {
                        waitInVain(asked);
                    }
                };
        var task =
                task(
                                List.of(workload("a", () -> {})),
                                List.of(new FakeNemesis("kill", true, diary)))
                        .lasting(Duration.ofMinutes(10));
        var runner = new Runner(arena, task, folder);
        Thread.ofVirtual().start(() -> stopAfter(asked, runner));

        var ran = runner.run();

        assertThat(ran.isCutShort()).isTrue();
        assertThat(anomalies(ran)).isEmpty();
    }

    private static void waitInVain(CountDownLatch asked) {
        asked.countDown();
        try {
            var _ = new CountDownLatch(1).await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking", e);
        }
    }

    private static void stopAfter(CountDownLatch asked, Runner runner) {
        try {
            asked.await();
            runner.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private FakeWorkload workload(String name, Runnable inStep) {
        return new FakeWorkload(name, diary, inStep);
    }

    private Runner.Ran run(FakeWorkload workload, FakeNemesis nemesis) throws Exception {
        return run(List.of(workload), nemesis);
    }

    private Runner.Ran run(List<FakeWorkload> workloads, FakeNemesis nemesis) throws Exception {
        return new Runner(arena, task(workloads, List.of(nemesis)), folder).run();
    }

    private Task task(List<FakeWorkload> workloads, List<FakeNemesis> nemeses) {
        var timing =
                new Task.Timing(
                        Duration.ofMillis(1_200),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        PACE);
        return new Task(
                List.copyOf(workloads),
                List.copyOf(nemeses),
                timing,
                "t/",
                7,
                _ -> {
                    diary.add("members");
                    return Verdict.of("digests", List.of(), Map.of());
                });
    }

    private static List<String> anomalies(Runner.Ran ran) {
        return ran.findings().judgements().stream()
                .flatMap(judgement -> judgement.verdict().anomalies().stream())
                .map(anomaly -> anomaly.name())
                .distinct()
                .toList();
    }
}
