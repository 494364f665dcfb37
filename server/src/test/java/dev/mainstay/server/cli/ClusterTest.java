package dev.mainstay.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.server.config.BadConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Clusters of real processes that run [FakeNode].
@Timeout(60)
class ClusterTest {

    private static final Launch LAUNCH =
            new Launch(
                    List.of(
                            "/usr/bin/setsid",
                            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                            "-ea",
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-Xmx64m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            FakeNode.class.getName()));

    @TempDir private Path parent;
    private Path path;
    private Cluster cluster;
    private int basePort;

    @BeforeEach
    void prepare() {
        path = parent.resolve("cluster");
        cluster = new Cluster(new ClusterFolder(path), new FakeNode(), LAUNCH);
        basePort = freeBasePort();
    }

    @AfterEach
    void destroy() throws Failure, BadConfig, IOException, InterruptedException {
        if (Files.exists(path.resolve("cluster.json"))) {
            cluster.destroy();
        }
    }

    @Test
    void threeNodes_start_stop_andResumeTheirData() throws Exception {
        assertThat(start(3)).isZero();
        assertThat(states()).containsOnly(Proc.State.RUNNING);
        assertThat(cluster.status()).isZero();
        var members = members(3);

        cluster.stop();
        assertThat(states()).containsOnly(Proc.State.GONE);

        assertThat(cluster.start(new Cluster.Wish(null, null, Map.of()))).isZero();
        assertThat(members(3)).isEqualTo(members);
    }

    @Test
    void aNode_isKilled_paused_resumed_andRestarted() throws Exception {
        start(2);

        cluster.node(1).signal("STOP");
        Await.until(() -> cluster.node(1).state() == Proc.State.PAUSED);
        cluster.node(1).signal("CONT");
        Await.until(() -> cluster.node(1).state() == Proc.State.RUNNING);
        cluster.kill(cluster.node(1));

        assertThat(cluster.node(1).isRunning()).isFalse();
        assertThatThrownBy(() -> cluster.node(1).signal("STOP")).hasMessage("n1 is not running");

        cluster.restart(cluster.node(1));

        assertThat(cluster.node(1).isRunning()).isTrue();
    }

    @Test
    void aPausedNode_canBeStopped() throws Exception {
        start(1);
        cluster.node(0).signal("STOP");

        cluster.stop();

        assertThat(cluster.node(0).isRunning()).isFalse();
    }

    @Test
    void anErasedDisk_isRefused_andItsLastLineSaysWhy() throws Exception {
        start(3);
        cluster.kill(cluster.node(2));
        cluster.node(2).erase();

        assertThatThrownBy(() -> cluster.restart(cluster.node(2)))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("FATAL the data directory belongs to no member");
        assertThat(cluster.node(2).lastLine()).contains("FATAL");
        assertThat(cluster.start(new Cluster.Wish(null, null, Map.of()))).isEqualTo(1);
        assertThat(cluster.node(0).isRunning()).isTrue();
    }

    @Test
    void aTakenPort_isOneLine_andLeavesNoTrace() throws Exception {
        try (var taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), basePort + 12));

            assertThatThrownBy(() -> start(3))
                    .isInstanceOf(Failure.class)
                    .hasMessageContaining((basePort + 12) + ", the Raft port of node n1");
        }
        assertThat(new ClusterFolder(path).isFree()).isTrue();
        assertThat(start(1)).isZero();
    }

    @Test
    void aForeignFolder_isRefused() throws Exception {
        Files.createDirectories(path);
        Files.writeString(path.resolve("thesis.txt"), "mine");

        assertThatThrownBy(() -> start(3)).hasMessageContaining("not a cluster's folder");
        assertThat(path.resolve("thesis.txt")).exists();
    }

    @Test
    void aFolderAtWork_isRefused() throws Exception {
        try (var _ = DirectoryLock.take(path)) {
            assertThatThrownBy(() -> start(1)).hasMessageContaining("in use by another process");
        }
    }

    @Test
    void settings_reachTheNodes_alsoLater_andOtherShapesAreRefused() throws Exception {
        cluster.start(new Cluster.Wish(1, basePort, Map.of("kv.txn_ops", "77")));
        assertThat(cluster.node(0).config().limits().txnOpsMax()).isEqualTo(77);
        cluster.stop();

        cluster.start(new Cluster.Wish(1, null, Map.of("disk.reserve", "0")));

        assertThat(cluster.node(0).config().limits().txnOpsMax()).isEqualTo(77);
        assertThat(cluster.node(0).config().raft().diskReserveBytes()).isZero();
        assertThatThrownBy(() -> start(3)).hasMessageContaining("holds a cluster of 1 nodes");
    }

    @Test
    void destroy_leavesNothing() throws Exception {
        start(1);
        var process = cluster.node(0).process().orElseThrow();

        cluster.destroy();

        assertThat(path).doesNotExist();
        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void aProcessOfTheSameId_butAnotherBirth_isNotOurs() throws Exception {
        start(1);
        var running = cluster.node(0).process().orElseThrow();

        assertThat(new Proc(running.pid(), "1 " + "another boot").state())
                .isEqualTo(Proc.State.GONE);
    }

    private int start(int nodes) throws Exception {
        return cluster.start(new Cluster.Wish(nodes, basePort, Map.of()));
    }

    private List<Proc.State> states() throws Exception {
        var states = new ArrayList<Proc.State>();
        for (var node : new ClusterFolder(path).nodes(null)) {
            states.add(node.state());
        }
        return states;
    }

    private List<String> members(int nodes) throws IOException {
        var members = new ArrayList<String>();
        for (int k = 0; k < nodes; k++) {
            members.add(Files.readString(path.resolve("n" + k + "/data/bootstrap")));
        }
        return members;
    }

    /// Below the ports that the system gives to outgoing connections.
    private static int freeBasePort() {
        while (true) {
            int base = 10_000 + ThreadLocalRandom.current().nextInt(2_000) * 10;
            if (IntStream.range(base, base + 30).allMatch(ClusterTest::isFree)) {
                return base;
            }
        }
    }

    private static boolean isFree(int port) {
        try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
