package dev.mainstay.jepsen.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.client.proto.DigestResponse;
import dev.mainstay.jepsen.cluster.Await;
import dev.mainstay.jepsen.cluster.Digests;
import dev.mainstay.jepsen.cluster.Directories;
import dev.mainstay.jepsen.cluster.KeyValues;
import dev.mainstay.jepsen.cluster.MainstayCluster;
import dev.mainstay.jepsen.cluster.Standing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Members that come back to a log which no longer holds what they missed.
@Tag("blackbox")
class LeftBehindTest {

    private static final Duration RECOVERY = Duration.ofSeconds(60);
    private static final String VALUE = "v".repeat(1_000);
    private static final Pattern SEGMENT = Pattern.compile("log_(?:inprogress_)?(\\d+)(?:-\\d+)?");

    private MainstayCluster cluster;

    @BeforeEach
    void start() throws IOException {
        cluster =
                MainstayCluster.start(
                        3,
                        "log.segment_bytes=64KiB",
                        "log.kept_entries=10",
                        "log.checkpoint_bytes=128KiB");
    }

    @AfterEach
    void stop() throws IOException {
        cluster.close();
    }

    @Test
    void aFollowerLeftBehindThePurgedLog_returnsByCheckpoint_underWrites() throws Exception {
        var leader = cluster.awaitLeader();
        var away = (leader + 1) % cluster.size();
        var missedFrom = appliedBy(away);
        cluster.kill(away);

        try (var load = new Load(cluster.endpoint(leader))) {
            Await.until(
                    "the log after entry %d is purged".formatted(missedFrom),
                    RECOVERY,
                    () -> firstLogIndex(leader) > missedFrom + 1,
                    () -> "first log index %d".formatted(firstLogIndex(leader)));
            cluster.restart(away);
            Await.until(
                    "the member has caught up under load",
                    RECOVERY,
                    () -> appliedBy(away) > missedFrom && appliedBy(away) >= appliedBy(leader) - 50,
                    () -> "%d of %d".formatted(appliedBy(away), appliedBy(leader)));
            load.stop();
            assertThat(load.acknowledged()).isPositive();
            assertThat(Digests.atOneIndex(cluster, RECOVERY)).satisfies(LeftBehindTest::areEqual);
            load.assertAllStored(cluster.endpoint(away));
        }
    }

    @Test
    void aNodeWhoseDiskWasErased_isRefusedUnderItsOldId_andReturnsAsANewMember() throws Exception {
        var leader = cluster.awaitLeader();
        var lost = (leader + 1) % cluster.size();
        try (var load = new Load(cluster.endpoint(leader))) {
            Await.until("some writes", RECOVERY, () -> load.acknowledged() > 100);
            cluster.kill(lost);
            Directories.delete(cluster.directory(lost));

            var ran = cluster.tryRestart(lost);

            assertThat(ran.succeeded()).as(ran.out() + ran.err()).isFalse();
            assertThat(Standing.of(cluster.endpoint(lost))).isEmpty();
            cluster.replace(lost);
            cluster.awaitAllReady(RECOVERY);
            load.stop();
            assertThat(Digests.atOneIndex(cluster, RECOVERY)).satisfies(LeftBehindTest::areEqual);
            load.assertAllStored(cluster.endpoint(lost));
        }
    }

    private static void areEqual(List<? extends DigestResponse> digests) {
        assertThat(Digests.areEqual(List.copyOf(digests))).as(digests.toString()).isTrue();
    }

    private long appliedBy(int node) {
        return Standing.of(cluster.endpoint(node)).map(Standing::appliedIndex).orElse(-1L);
    }

    /// The lowest index in the names of the log's files.
    private long firstLogIndex(int node) {
        try (var files = Files.walk(cluster.directory(node))) {
            return files.map(Path::getFileName)
                    .map(name -> SEGMENT.matcher(name.toString()))
                    .filter(Matcher::matches)
                    .mapToLong(name -> Long.parseLong(name.group(1)))
                    .min()
                    .orElse(-1);
        } catch (UncheckedIOException e) {
            return -1; // A file went while we looked.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Puts one key after the other at one node, on a thread of its own, until stopped.
    private static final class Load implements AutoCloseable {

        private final KeyValues node;
        private final AtomicLong acknowledged = new AtomicLong();
        private final AtomicBoolean stop = new AtomicBoolean();
        private final Thread thread;

        Load(String endpoint) {
            node = new KeyValues(endpoint);
            thread = Thread.ofPlatform().start(this::run);
        }

        long acknowledged() {
            return acknowledged.get();
        }

        void stop() {
            stop.set(true);
            Await.until("the load has stopped", RECOVERY, () -> !thread.isAlive());
        }

        void assertAllStored(String endpoint) {
            try (var other = new KeyValues(endpoint)) {
                assertThat((long) other.prefix("load/").size())
                        .isGreaterThanOrEqualTo(acknowledged());
            }
        }

        @Override
        public void close() {
            stop();
            node.close();
        }

        private void run() {
            while (!stop.get()) {
                node.put("load/%09d".formatted(acknowledged.get()), VALUE);
                acknowledged.incrementAndGet();
            }
        }
    }
}
