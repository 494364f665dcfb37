package dev.mainstay.jepsen.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ClusterTest {

    @Test
    void aProgram_isCutOffWhenItsTimeIsOver() throws IOException {
        var ran = Command.run(List.of("sleep", "30"), Duration.ofMillis(100));

        assertThat(ran.exit()).isEqualTo(Command.Ran.CUT_OFF);
    }

    @Test
    void aProgram_getsItsInput_andAnswers() throws IOException {
        var ran = Command.run(List.of("cat"), Map.of(), "a\nb\n", Duration.ofSeconds(10));

        assertThat(ran).isEqualTo(new Command.Ran(0, "a\nb\n", ""));
    }

    @Test
    void aProgramThatNeverEnds_isEndedAfterSomeLines() throws IOException {
        var ran =
                Command.runUntil(
                        List.of("sh", "-c", "echo a; echo b; exec sleep 60"),
                        Map.of(),
                        2,
                        Duration.ofSeconds(10));

        assertThat(ran.out()).isEqualTo("a\nb\n");
    }

    @Test
    void thisProcess_isFoundByThePortThatItListensOn() throws IOException {
        try (var socket = new ServerSocket(0)) {
            var found = NodeProcess.listeningOn(socket.getLocalPort());

            assertThat(found).hasValue(ProcessHandle.current().pid());
        }
    }

    @Test
    void thisProcess_usesProcessorTimeMemoryAndFiles() throws IOException {
        var self = new NodeProcess(ProcessHandle.current().pid());

        assertThat(self.cpu()).isPositive();
        assertThat(self.residentBytes()).isGreaterThan(10_000_000);
        assertThat(self.openFiles()).isGreaterThan(3);
    }

    @Tag("blackbox")
    @Test
    void aClusterElectsAnotherLeader_whenItsLeaderIsKilled_andLeavesNothingBehind()
            throws IOException {
        NodeProcess killed;
        List<NodeProcess> others;
        Path directory;
        try (var cluster = Clusters.start()) {
            var leader = cluster.awaitLeader();
            directory = cluster.directory(leader);
            killed = cluster.process(leader);
            cluster.kill(leader);
            assertThat(cluster.awaitLeader()).isNotEqualTo(leader);
            cluster.restart(leader);
            cluster.awaitAllReady(Duration.ofSeconds(60));
            others = List.of(cluster.process(0), cluster.process(1), cluster.process(2));
        }

        assertThat(killed.isAlive()).isFalse();
        assertThat(others).noneMatch(NodeProcess::isAlive);
        assertThat(Files.exists(directory)).isFalse();
    }
}
