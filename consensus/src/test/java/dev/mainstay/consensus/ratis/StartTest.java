package dev.mainstay.consensus.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.consensus.Await;
import dev.mainstay.consensus.CannotStartException;
import dev.mainstay.consensus.CountingMachine;
import dev.mainstay.consensus.Firewall;
import dev.mainstay.consensus.Identity;
import dev.mainstay.consensus.LocalPeers;
import dev.mainstay.consensus.Role;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Traps 10 and 11: a member that cannot start says why, and nothing is left running.
class StartTest {

    @TempDir Path root;

    @Test
    void aTakenPort_isAReason_andNotTheEndOfTheProcess() throws Exception {
        try (var group = new LocalGroup(root, 1, options -> options);
                var _ =
                        new ServerSocket(
                                group.node(0).settings().bindPort(),
                                1,
                                InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(group.node(0)::start)
                    .isInstanceOf(CannotStartException.class)
                    .hasMessageContaining("cannot start n1");
        }
    }

    @Test
    void aMemberRestarts_withEverythingItHad() throws Exception {
        try (var group = LocalGroup.started(root, 1)) {
            var node = group.awaitLeader();
            node.commit("a");
            node.log().checkpoint();
            node.commit("b");

            node.stop();
            node.start();
            group.awaitLeader();

            assertThat(node.machine().commands()).containsExactly("a", "b");
        }
    }

    @Test
    void aLogThatIsGone_keepsTheMemberDown() throws Exception {
        try (var group = LocalGroup.started(root, 1)) {
            var node = group.awaitLeader();
            node.stop();
            Files.move(node.directory().resolve("raft"), root.resolve("elsewhere"));

            assertThatThrownBy(node::start)
                    .isInstanceOf(CannotStartException.class)
                    .hasMessageContaining("is gone");
        }
    }

    @Test
    void aSecondProcessOnTheSameDirectory_isRefused() throws Exception {
        try (var group = LocalGroup.started(root, 1)) {
            var node = group.awaitLeader();
            var second =
                    new RatisServer.Plan(
                            node.settings(),
                            Identity.claim(node.directory()),
                            new CountingMachine(root.resolve("second")),
                            Seams.NONE);

            assertThatThrownBy(() -> RatisLog.start(second, new Heard(), nobody(node)))
                    .isInstanceOf(CannotStartException.class);

            node.commit("the first one goes on");
        }
    }

    private static LocalPeers nobody(LocalGroup.Node node) {
        return new LocalPeers(node.id(), new Firewall(), id -> Optional.empty());
    }

    @Test
    void aDamagedClosedSegment_isRefused() throws Exception {
        try (var group = LocalGroup.started(root, 1, LogFixtures::smallSegments)) {
            var node = group.awaitLeader();
            LogFixtures.commitKilobytes(node, 200);
            node.stop();
            var closed = LogFixtures.closedSegments(node).getFirst();
            try (var file = new RandomAccessFile(closed.toFile(), "rw")) {
                file.seek(Files.size(closed) / 2);
                int there = file.read();
                file.seek(Files.size(closed) / 2);
                file.write(~there);
            }

            assertThatThrownBy(node::start)
                    .isInstanceOf(CannotStartException.class)
                    .hasMessageContaining("cannot start n1");
        }
    }

    @Test
    void aMemberWhoseLogIsClosedUnderIt_saysThatItHasStopped() throws Exception {
        try (var group = LocalGroup.started(root, 1)) {
            var leader = group.awaitLeader();
            leader.commit("x");

            Objects.requireNonNull(leader.log().current()).server().close();

            assertThat(leader.log().standing().role()).isEqualTo(Role.STOPPED);
        }
    }

    /// While a checkpoint is on its way Ratis takes all configurations back for a moment. An
    /// election in that moment must not find the member in no group: it would say that it was
    /// removed.
    @Test
    void aMemberThatStartedAgain_isInItsGroup_whenConfigurationsAreTakenBack() throws Exception {
        try (var group = LocalGroup.started(root, 3)) {
            var follower = group.followersOf(group.awaitLeader()).getFirst();
            follower.stop();
            follower.start();
            var division = Objects.requireNonNull(follower.log().current()).division();
            var state = division.getClass().getDeclaredMethod("getState");
            state.setAccessible(true);
            var truncate = state.getReturnType().getDeclaredMethod("truncate", long.class);
            truncate.setAccessible(true);

            truncate.invoke(state.invoke(division), 0L);

            assertThat(division.getRaftConf().getCurrentPeers()).hasSize(3);
        }
    }

    /// Then no member has a configuration yet, and none may format its log again.
    @Test
    void aGroupThatWasStoppedBeforeItsFirstElection_electsAfterwards() throws Exception {
        try (var group = new LocalGroup(root, 3, options -> options)) {
            for (var node : group.nodes()) {
                node.start();
                node.stop();
            }
            for (var node : group.nodes()) {
                node.start();
            }

            group.awaitLeader().commit("a");
        }
    }

    /// It stopped after it had applied older entries, and before the one that adds it.
    @Test
    void aMemberThatStoppedWhileItWasAdded_startsAgain() throws Exception {
        try (var group = LocalGroup.started(root, 3)) {
            var leader = group.awaitLeader();
            leader.commit("a");
            var follower = group.followersOf(leader).getFirst();
            Await.until("it has applied", () -> follower.machine().has("a"));
            follower.stop();
            var others =
                    group.nodes().stream()
                            .filter(node -> node != follower)
                            .map(node -> RaftNames.peer(node.member()).getRaftPeerProto())
                            .toList();
            var older =
                    LogEntryProto.newBuilder()
                            .setIndex(1)
                            .setConfigurationEntry(
                                    RaftConfigurationProto.newBuilder().addAllPeers(others))
                            .build();
            for (var name : List.of("raft-meta.conf", "configuration")) {
                Files.write(fileOf(follower, name), older.toByteArray());
            }

            follower.start();

            leader.commit("b");
            Await.until("it goes on", () -> follower.machine().has("b"));
        }
    }

    private static Path fileOf(LocalGroup.Node node, String name) throws IOException {
        try (var files = Files.walk(node.directory())) {
            return files.filter(file -> file.endsWith(name)).findFirst().orElseThrow();
        }
    }
}
