package dev.mainstay.server.group;

import static dev.mainstay.server.group.Client.await;
import static dev.mainstay.server.group.ThreeMembers.clientOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.consensus.Await;
import dev.mainstay.consensus.ratis.LocalGroup;
import dev.mainstay.server.gateway.Readiness;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A member that has missed too much gets a checkpoint, while it runs and serves.
class InstallTest {

    /// Puts that together are smaller than a segment: a larger entry would not begin a new one.
    private static final int AT_ONCE = 8;

    @TempDir Path root;

    private ThreeMembers start() throws Exception {
        return ThreeMembers.started(
                root, LiveMember.Fittings.USUAL, LocalGroup.Options::smallSegments);
    }

    /// The group goes on without `away`, and forgets the log that it would need.
    private static void leaveBehind(ThreeMembers members, LiveMember leader) throws Exception {
        var client = clientOf(leader);
        for (int i = 0; i < 200; i += AT_ONCE) {
            var sent = new ArrayList<CompletableFuture<?>>();
            for (int j = i; j < i + AT_ONCE; j++) {
                var put = client.newPut("filler" + j, "-".repeat(1_000));
                sent.add(client.send(put, Client.PATIENCE));
            }
            for (var put : sent) {
                await(put);
            }
        }
        leader.log().checkpoint();
        Await.until("purged", () -> members.node(leader).firstIndex() > 3);
    }

    @Test
    void openViewsKeepTheOldState_andItsFiles_untilTheLastIsClosed() throws Exception {
        try (var members = start()) {
            var leader = members.awaitLeader();
            var away = members.followersOf(leader).getLast();
            clientOf(away).put("key", "old");
            members.isolate(away);
            clientOf(leader).put("key", "new");
            leaveBehind(members, leader);
            var directory = members.node(away).directory();
            var view = away.store().openReadView();

            members.firewall().heal();
            Await.until("installed", () -> "new".equals(clientOf(away).getLocal("key")));
            Await.until("the old store is closed", () -> away.faults().closedStores() == 1);

            var version = Objects.requireNonNull(view.get(Client.key("key")));
            assertThat(Client.text(version)).isEqualTo("old");
            assertThat(directory.resolve("db.1")).exists();
            view.close();
            Await.until("its files are gone", () -> !Files.exists(directory.resolve("db.1")));
            assertThat(directory.resolve("db.2")).exists();
            assertThat(clientOf(away).get("key")).isEqualTo("new");
        }
    }

    @Test
    void untilTheCheckpointIsInstalled_localReadsUseTheOldState_andStrictOnesWait()
            throws Exception {
        try (var members = start()) {
            var leader = members.awaitLeader();
            var away = members.followersOf(leader).getLast();
            var gate = new CountDownLatch(1);
            away.faults().holdCheckpoints(gate);
            clientOf(away).put("key", "old");
            members.isolate(away);
            clientOf(leader).put("key", "new");
            leaveBehind(members, leader);

            members.firewall().heal();
            Await.until("it has arrived", () -> away.faults().arrivedCheckpoints() > 0);
            var strict = clientOf(away).sendStrict(Client.PATIENCE);
            assertThat(clientOf(away).getLocal("key")).isEqualTo("old");
            assertThat(strict).isNotDone();
            gate.countDown();

            assertThat(await(strict)).isEqualTo(Readiness.READY);
            assertThat(clientOf(away).getLocal("key")).isEqualTo("new");
        }
    }

    /// Its own apply never saw the command: it jumped over it.
    @Test
    void aCallThatWaitsThroughAnInstall_isAnsweredFromTheStoredOutcome() throws Exception {
        try (var members = start()) {
            var leader = members.awaitLeader();
            var away = members.followersOf(leader).getLast();
            clientOf(away).put("key", "old");
            var command = clientOf(leader).newPut("key", "new");
            members.isolate(away);
            var waiting = clientOf(away).send(command, Client.PATIENCE);
            long revision = Client.revision(clientOf(leader).apply(command));
            leaveBehind(members, leader);

            members.firewall().heal();

            var result = Client.applied(await(waiting));
            assertThat(result.isRepeated()).isTrue();
            assertThat(Client.revision(result)).isEqualTo(revision);
            assertThat(away.faults().arrivedCheckpoints()).isEqualTo(1);
        }
    }

    @Test
    void aMemberThatWasDown_returnsByCheckpoint_underLoad_andKeepsItsState() throws Exception {
        try (var members = start()) {
            var leader = members.awaitLeader();
            var away = members.followersOf(leader).getLast();
            members.stop(away);
            leaveBehind(members, leader);

            var back = members.start(away);
            for (int i = 0; i < 50; i++) {
                clientOf(leader).put("key", "" + i);
            }
            assertThat(clientOf(back).get("key")).isEqualTo("49");
            members.stop(back);
            var again = members.start(back);

            assertThat(clientOf(again).get("filler199")).hasSize(1_000);
            assertThat(again.faults().arrivedCheckpoints()).isZero();
        }
    }
}
