package dev.mainstay.server.group;

import static dev.mainstay.server.group.Client.await;
import static dev.mainstay.server.group.ThreeMembers.clientOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.consensus.Await;
import dev.mainstay.consensus.Lost;
import dev.mainstay.server.gateway.Outcome;
import dev.mainstay.statemachine.apply.KvReplay;
import dev.mainstay.statemachine.command.Command;
import dev.mainstay.statemachine.command.KvAnswer;
import dev.mainstay.statemachine.command.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of writes: in a group of three, whatever breaks.
class WritesTest {

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
    void acknowledgedPuts_surviveTheLossOfTheLeader() throws Exception {
        var key = Client.newKey();
        var leader = members.awaitLeader();
        var client = clientOf(members.followersOf(leader).getFirst());
        for (int i = 0; i < 20; i++) {
            client.put(key + i, "value" + i);
        }

        members.stop(leader);
        members.awaitLeaderOtherThan(leader);

        for (var survivor : members.running()) {
            for (int i = 0; i < 20; i++) {
                assertThat(clientOf(survivor).get(key + i)).isEqualTo("value" + i);
            }
        }
    }

    @Test
    void putsThatWaitThroughAnElection_areCarriedOutOnceEach() throws Exception {
        var key = Client.newKey();
        var leader = members.awaitLeader();
        var follower = members.followersOf(leader).getFirst();
        var client = clientOf(follower);
        client.put(key, "0");

        members.isolate(leader);
        var waiting = new ArrayList<CompletableFuture<Outcome>>();
        for (int i = 1; i <= 10; i++) {
            waiting.add(client.send(client.newPut(key, "" + i), Client.PATIENCE));
        }
        members.awaitLeaderOtherThan(leader);

        for (var outcome : waiting) {
            Client.revision(Client.applied(await(outcome)));
        }
        assertThat(Objects.requireNonNull(client.version(key)).version()).isEqualTo(11);
    }

    @Test
    void aPutThroughAFollower_isCarriedOutOnce_althoughTheStreamBreaksAndItIsSentAgain()
            throws Exception {
        var key = Client.newKey();
        var leader = members.awaitLeader();
        var follower = members.followersOf(leader).getFirst();
        var client = clientOf(follower);
        client.put(key, "before");
        // The follower can speak to the leader, but does not hear what came of it.
        members.firewall().cut(leader.id(), follower.id());

        var answer = client.send(client.newPut(key, "after"), Client.PATIENCE);
        Await.until("it is done", () -> "after".equals(clientOf(leader).getLocal(key)));
        members.wires().breakCalls(follower.id(), leader.id());
        assertThat(answer).isNotDone();
        members.firewall().heal();

        var result = Client.applied(await(answer));
        var version = Objects.requireNonNull(client.version(key));
        assertThat(version.modRevision()).isEqualTo(Client.revision(result));
        assertThat(version.version()).isEqualTo(2);
    }

    @Test
    void aCallThatNoLeaderHasSeen_isRefusedAtItsDeadline_andNotUnknown() throws Exception {
        var key = Client.newKey();
        var former = members.awaitLeader();
        members.isolate(former);
        Await.until("it has stepped down", () -> !former.log().standing().isLeader());

        var outcome =
                await(
                        clientOf(former)
                                .send(
                                        clientOf(former).newPut(key, "value"),
                                        Duration.ofMillis(300)));

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.NotApplied.class,
                        n -> assertThat(n.why()).isInstanceOf(Lost.Refused.class));
        members.firewall().heal();
        assertThat(clientOf(former).get(key)).isNull();
    }

    @Test
    void aCallThatIsInACutOffLeadersLog_isUnknownAtItsDeadline_andTheSameIdTellsLater()
            throws Exception {
        var key = Client.newKey();
        var leader = members.awaitLeader();
        var client = clientOf(leader);
        client.put(key, "before");
        var command = client.newPut(key, "after");
        members.isolate(leader);

        var outcome = await(client.send(command, Duration.ofMillis(300)));

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.NotApplied.class,
                        n -> assertThat(n.why()).isInstanceOf(Lost.Unknown.class));
        members.awaitLeaderOtherThan(leader);
        members.firewall().heal();
        Client.revision(client.apply(command));
        assertThat(Objects.requireNonNull(client.version(key)).version()).isEqualTo(2);
    }

    @Test
    void aRepeatedId_isAnsweredAsOfTheRevisionBeforeItsOwn_onEveryMember() throws Exception {
        var key = Client.newKey();
        var leader = members.awaitLeader();
        var client = clientOf(leader);
        client.put(key, "old");
        var command = client.newPut(key, "new");
        long revision = Client.revision(client.apply(command));
        client.put(key, "newest");

        for (var member : members.running()) {
            var again = clientOf(member).apply(command);

            assertThat(again.isRepeated()).isTrue();
            assertThat(Client.revision(again)).isEqualTo(revision);
            try (var view = member.store().openReadView()) {
                var answers = KvReplay.answers(view, command, again.verdict());
                var found = ((KvAnswer.Put) answers.getFirst()).previous();
                assertThat(Client.text(Objects.requireNonNull(found).version())).isEqualTo("old");
            }
        }
    }

    @Test
    void aFirstAttemptBelowTheOutcomeFloor_expires_andBeginsAnew() throws Exception {
        var key = Client.newKey();
        var leader = members.awaitLeader();
        var client = clientOf(members.followersOf(leader).getFirst());
        long since = client.put(key, "1");
        client.put(key, "2");
        client.apply(
                new Command.RaiseOutcomeFloor(
                        leader.gateway().newId(), leader.gateway().since(), since + 1));

        var old = client.apply(Client.put(Client.newId(), since, key, "3"));
        assertThat(old.verdict()).isEqualTo(new Verdict.Expired(since + 1));
        assertThat(client.get(key)).isEqualTo("2");

        client.put(key, "3");
        assertThat(client.get(key)).isEqualTo("3");
    }

    @Test
    void whatIsAwaitedOnSeveralMembers_isToldToAll_andDoneOnce() throws Exception {
        var leader = members.awaitLeader();
        var command = clientOf(leader).newPut(Client.newKey(), "value");
        var answers = new ArrayList<CompletableFuture<Outcome>>();
        for (var member : members.running()) {
            answers.add(clientOf(member).send(command, Client.PATIENCE));
            answers.add(clientOf(member).send(command, Client.PATIENCE));
        }

        for (var answer : answers) {
            assertThat(Client.revision(Client.applied(await(answer))))
                    .isEqualTo(Client.revision(Client.applied(await(answers.getFirst()))));
        }
    }
}
