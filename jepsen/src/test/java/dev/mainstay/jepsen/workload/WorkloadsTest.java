package dev.mainstay.jepsen.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.client.Database;
import dev.mainstay.client.Mainstay;
import dev.mainstay.jepsen.checker.RevisionFloor;
import dev.mainstay.jepsen.cluster.KvCluster;
import dev.mainstay.jepsen.cluster.MainstayCluster;
import dev.mainstay.jepsen.history.Event;
import dev.mainstay.jepsen.history.Failure;
import dev.mainstay.jepsen.history.History;
import dev.mainstay.jepsen.history.Op;
import dev.mainstay.jepsen.history.Recorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class WorkloadsTest {

    private static final Duration RUN = Duration.ofSeconds(20);
    // A quarter of what they do on a machine of their own.
    private static final int MIN_CALLS = 2_000;
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(2);

    @Test
    void everyWorkload_hasANameOfItsOwn_andJudges() {
        assertThat(Workloads.names())
                .containsExactly(
                        "register", "cas", "set", "append", "watch", "lease", "counter", "reads");
        for (var name : Workloads.names()) {
            var workload = Workloads.named(name);

            assertThat(workload.name()).isEqualTo(name);
            assertThat(workload.about()).isNotBlank();
            assertThat(workload.checkers()).hasSizeGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void anUnknownName_isRefused() {
        assertThatThrownBy(() -> Workloads.named("bank"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("register");
    }

    @Tag("blackbox")
    @Test
    void withoutFaults_allVerdictsAreValid_andNearlyAllCallsAreAnswered() throws Exception {
        try (var cluster = MainstayCluster.start(3)) {
            var history = run(cluster, Workloads.names());

            for (var name : Workloads.names()) {
                var ofWorkload = history.of(name);
                for (var checker : Workloads.named(name).checkers()) {
                    assertThat(checker.check(ofWorkload).anomalies()).as(name).isEmpty();
                }
                assertThat(percentAnswered(ofWorkload)).as(name).isGreaterThanOrEqualTo(95);
            }
            assertThat(new RevisionFloor().check(history).anomalies()).isEmpty();
            assertThat(history.ops()).hasSizeGreaterThan(MIN_CALLS);
        }
    }

    private static History run(KvCluster cluster, List<String> names) throws Exception {
        var endpoints = cluster.endpoints();
        try (var database =
                Mainstay.builder(endpoints.toArray(String[]::new))
                        .timeout(CALL_TIMEOUT)
                        .connect()) {
            var site = site(endpoints, database);
            var workloads = names.stream().map(Workloads::named).toList();
            for (var workload : workloads) {
                workload.begin(site);
            }
            List<Worker> workers = new ArrayList<>();
            workloads.forEach(workload -> workers.addAll(workload.workers(site)));
            drive(workers);
            for (var workload : workloads) {
                workload.finish(site);
            }
            return site.recorder().history();
        }
    }

    private static Site site(List<String> endpoints, Database database) {
        return new Site(
                endpoints,
                database,
                endpoints.stream().map(database::pinned).toList(),
                new Recorder(_ -> {}),
                1,
                "torture/",
                CALL_TIMEOUT);
    }

    private static void drive(List<Worker> workers) throws InterruptedException {
        try (var threads =
                Executors.newScheduledThreadPool(workers.size(), Thread.ofVirtual().factory())) {
            for (var worker : workers) {
                var period = (long) (1e9 / worker.stepsPerSecond());
                var _ =
                        threads.scheduleAtFixedRate(
                                () -> step(worker), period, period, TimeUnit.NANOSECONDS);
            }
            var _ = threads.awaitTermination(RUN.toMillis(), TimeUnit.MILLISECONDS);
            threads.shutdown();
            var _ = threads.awaitTermination(20, TimeUnit.SECONDS);
        }
        workers.forEach(Worker::close);
    }

    private static void step(Worker worker) {
        try {
            worker.step();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// With an acknowledgement, or a no of the store's own.
    private static long percentAnswered(History history) {
        var ops = history.ops();
        var answered = ops.stream().filter(WorkloadsTest::isAnswered).count();
        return answered * 100 / ops.size();
    }

    private static boolean isAnswered(Op op) {
        var completion = op.completion();
        var failure = completion == null ? null : completion.failure();
        return op.isOk()
                || (op.type() == Event.Type.FAIL
                        && failure != null
                        && (failure.kind() == Failure.Kind.PRECONDITION
                                || failure.kind() == Failure.Kind.CONFLICT
                                || failure.kind() == Failure.Kind.REFUSED));
    }
}
