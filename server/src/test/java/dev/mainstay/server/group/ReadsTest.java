package dev.mainstay.server.group;

import static dev.mainstay.server.group.Client.await;
import static dev.mainstay.server.group.ThreeMembers.clientOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.consensus.Await;
import dev.mainstay.server.gateway.Readiness;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// When reads may run, and what they see, in a group of three.
class ReadsTest {

    private static final Duration MOMENT = Duration.ofMillis(400);

    private static ThreeMembers members;

    @BeforeAll
    static void start(@TempDir Path root) throws Exception {
        members = ThreeMembers.started(root);
    }

    @AfterEach
    void sameBytes() throws Exception {
        members.settle();
    }

    @AfterAll
    static void stop() throws Exception {
        members.close();
    }

    @Test
    void aStrictRead_onEveryMember_seesWhatWasAcknowledgedBefore() throws Exception {
        var key = Client.newKey();
        members.awaitLeader();
        for (int i = 0; i < 10; i++) {
            for (var writer : members.running()) {
                var value = writer.id().name() + i;
                clientOf(writer).put(key, value);

                for (var reader : members.running()) {
                    assertThat(clientOf(reader).get(key)).isEqualTo(value);
                }
            }
        }
    }

    /// The committed index of a new leader is an entry without a command.
    @Test
    void theFirstStrictReadAfterAnElection_doesNotWaitForAWrite() throws Exception {
        var key = Client.newKey();
        var first = members.awaitLeader();
        clientOf(first).put(key, "value");
        var second = members.followersOf(first).getFirst();

        first.log().transferLeadership(second.id(), Client.PATIENCE);
        Await.until("the second leads", () -> second.log().standing().isReady());

        for (var member : members.running()) {
            assertThat(clientOf(member).get(key)).isEqualTo("value");
        }
    }

    @Test
    void aLeaderThatIsCutOff_answersNoStrictRead_andItsLocalReadsGoOn() throws Exception {
        var key = Client.newKey();
        var old = members.awaitLeader();
        clientOf(old).put(key, "old");
        members.isolate(old);
        var reads = new ArrayList<CompletableFuture<Readiness>>();
        for (int i = 0; i < 20; i++) {
            reads.add(clientOf(old).sendStrict(MOMENT));
        }
        var next = members.awaitLeaderOtherThan(old);
        clientOf(next).put(key, "new");
        reads.add(clientOf(old).sendStrict(MOMENT));

        for (var read : reads) {
            assertThat(await(read)).isInstanceOf(Readiness.NoLeader.class);
        }
        assertThat(clientOf(old).getLocal(key)).isEqualTo("old");
        members.firewall().heal();
        assertThat(clientOf(old).get(key)).isEqualTo("new");
    }

    @Test
    void aFollowerThatDoesNotHearTheLeader_isTooSlow_andNotStale() throws Exception {
        var key = Client.newKey();
        var leader = members.awaitLeader();
        var follower = members.followersOf(leader).getFirst();
        clientOf(follower).put(key, "old");
        members.isolate(follower);
        clientOf(leader).put(key, "new");

        var readiness = await(clientOf(follower).sendStrict(MOMENT));

        assertThat(readiness).isNotEqualTo(Readiness.READY);
        members.firewall().heal();
        assertThat(clientOf(follower).get(key)).isEqualTo("new");
    }

    @Test
    void aBoundedRead_runsWithinItsBound_andNotAfter_onALeaderThatIsCutOff() throws Exception {
        var key = Client.newKey();
        var leader = members.awaitLeader();
        clientOf(leader).put(key, "old");
        Await.until("proven", () -> leader.gateway().stalenessMillis() >= 0);
        assertThat(await(clientOf(leader).sendFresh(Duration.ofHours(1), MOMENT)))
                .isEqualTo(Readiness.READY);

        members.isolate(leader);
        var next = members.awaitLeaderOtherThan(leader);
        clientOf(next).put(key, "new");
        long written = System.nanoTime();
        Await.until(
                "the proof is older than the write",
                () ->
                        leader.gateway().stalenessMillis()
                                > Duration.ofNanos(System.nanoTime() - written).toMillis());

        // As old as this, it may lack the write, and it says so.
        assertThat(clientOf(leader).getLocal(key)).isEqualTo("old");
        assertThat(await(clientOf(leader).sendFresh(Duration.ofMillis(1), MOMENT)))
                .isInstanceOf(Readiness.NoLeader.class);
        assertThat(await(clientOf(leader).sendFresh(Duration.ofHours(1), MOMENT)))
                .isEqualTo(Readiness.READY);
        members.firewall().heal();
        assertThat(await(clientOf(leader).sendFresh(Duration.ofMillis(1), Client.PATIENCE)))
                .isEqualTo(Readiness.READY);
        assertThat(clientOf(leader).getLocal(key)).isEqualTo("new");
    }

    @Test
    void aReadWithAToken_waitsForItsRevision_onEveryMember() throws Exception {
        var key = Client.newKey();
        var leader = members.awaitLeader();
        long token = clientOf(leader).put(key, "value");

        for (var member : members.running()) {
            var ready = new CompletableFuture<Readiness>();
            member.gateway().whenAtRevision(token, Client.in(Client.PATIENCE), ready::complete);
            assertThat(await(ready)).isEqualTo(Readiness.READY);
            assertThat(clientOf(member).getLocal(key)).isEqualTo("value");
        }
        var never = new CompletableFuture<Readiness>();
        leader.gateway().whenAtRevision(token + 100, Client.in(MOMENT), never::complete);
        assertThat(await(never)).isInstanceOf(Readiness.TooSlow.class);
    }
}
