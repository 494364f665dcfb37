package dev.mainstay.jepsen.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.jepsen.checker.Anomaly;
import dev.mainstay.jepsen.checker.Checker;
import dev.mainstay.jepsen.checker.Verdict;
import dev.mainstay.jepsen.history.About;
import dev.mainstay.jepsen.history.History;
import dev.mainstay.jepsen.history.HistoryFile;
import dev.mainstay.jepsen.history.HistoryWriter;
import dev.mainstay.jepsen.history.Recorder;
import dev.mainstay.jepsen.workload.Site;
import dev.mainstay.jepsen.workload.Worker;
import dev.mainstay.jepsen.workload.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SuspicionTest {

    private static final Duration EVERY = Duration.ofMillis(10);

    private final CountDownLatch looks = new CountDownLatch(3);
    private final CountDownLatch enough = new CountDownLatch(1);
    @TempDir private Path folder;

    @Test
    void aWantedAnomaly_isEnough_whileTheHistoryIsStillWritten() throws Exception {
        try (var writer = new HistoryWriter(folder.resolve(HistoryFile.NAME));
                var _ = suspecting(List.of("stale-read"))) {
            writeCalls(writer);

            assertThat(enough.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void otherAnomalies_areNotEnough() throws Exception {
        try (var writer = new HistoryWriter(folder.resolve(HistoryFile.NAME));
                var _ = suspecting(List.of("lost-write"))) {
            writeCalls(writer);

            assertThat(looks.await(20, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(enough.getCount()).isEqualTo(1);
    }

    @Test
    void nothingWanted_nobodyLooks() throws Exception {
        try (var writer = new HistoryWriter(folder.resolve(HistoryFile.NAME))) {
            writeCalls(writer);
            suspecting(List.of()).close();
        }

        assertThat(looks.getCount()).isEqualTo(3);
        assertThat(enough.getCount()).isEqualTo(1);
    }

    private Suspicion suspecting(List<String> wanted) {
        return Suspicion.of(folder, List.of(new Lying()), wanted, enough::countDown, EVERY);
    }

    /// More than the writer keeps to itself.
    private static void writeCalls(HistoryWriter writer) {
        var recorder = Recorder.forgetful(writer);
        for (var i = 0; i < 1_000; i++) {
            var call = recorder.invoke(recorder.newProcess(), "lying", "do", 1L, About.NOTHING);
            recorder.ok(call, 1L, About.NOTHING);
        }
    }

    /// Every history of it holds a stale read.
    private final class Lying implements Workload {

        @Override
        public String name() {
            return "lying";
        }

        @Override
        public String about() {
            return "nothing";
        }

        @Override
        public void begin(Site site) {}

        @Override
        public List<Worker> workers(Site site) {
            return List.of();
        }

        @Override
        public void finish(Site site) {}

        @Override
        public List<Checker> checkers() {
            return List.of(
                    new Checker() {
                        @Override
                        public String name() {
                            return "liar";
                        }

                        @Override
                        public Verdict check(History history) {
                            looks.countDown();
                            var calls = history.ops();
                            return Verdict.of(
                                    "liar",
                                    calls.isEmpty()
                                            ? List.of()
                                            : List.of(new Anomaly("stale-read", List.of(), "it")),
                                    Map.of());
                        }
                    });
        }
    }
}
