package dev.mainstay.server.group;

import static dev.mainstay.server.group.Client.await;
import static dev.mainstay.server.group.ThreeMembers.clientOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.consensus.Await;
import dev.mainstay.server.gateway.Leases.Answer;
import dev.mainstay.statemachine.command.Command;
import dev.mainstay.statemachine.command.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Leases in a group of three: never early, whoever leads.
class LeasesTest {

    private static final AtomicLong LEASES = new AtomicLong(0x1ea5e);

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

    private final String key = Client.newKey();
    private final long lease = LEASES.incrementAndGet();

    private void putWithLease(LiveMember member) throws Exception {
        var gateway = member.gateway();
        var put = Client.put(gateway.newId(), gateway.since(), key, "value", lease);
        Client.revision(clientOf(member).apply(put));
    }

    private boolean isThere(LiveMember member) {
        try (var view = member.store().openReadView()) {
            return view.lease(lease).isPresent();
        }
    }

    @Test
    void aLeaseThatNobodyKeeps_endsWithItsKeys_onEveryMember_andNotEarly() throws Exception {
        var leader = members.awaitLeader();
        var follower = members.followersOf(leader).getFirst();
        clientOf(follower).grant(lease, 1);
        long granted = System.nanoTime();
        putWithLease(follower);

        Await.until("it ends", () -> !isThere(leader));
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - granted);

        // Counted from the leader's apply, a little before the follower's answer.
        assertThat(millis).isGreaterThan(900);
        for (var member : members.running()) {
            assertThat(clientOf(member).get(key)).isNull();
            assertThat(clientOf(member).keepAlive(lease)).isEqualTo(new Answer.NotFound());
        }
    }

    @Test
    void aKeepAlive_onEveryMember_isTheLeadersToAnswer() throws Exception {
        var leader = members.awaitLeader();
        clientOf(leader).grant(lease, 60);

        for (var member : members.running()) {
            assertThat(clientOf(member).keepAlive(lease)).isEqualTo(new Answer.Alive(60, 60));
        }
    }

    @Test
    void aNewLeader_givesEveryLeaseItsFullTime() throws Exception {
        var old = members.awaitLeader();
        clientOf(old).grant(lease, 1);
        long due = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        Await.until("half is over", () -> due - System.nanoTime() < 500_000_000L);

        members.stop(old);
        var next = members.awaitLeaderOtherThan(old);
        long elected = System.nanoTime();
        Await.until("it ends", () -> !isThere(next));

        assertThat(System.nanoTime() - elected).isGreaterThan(900_000_000L);
    }

    @Test
    void aLeaderThatIsCutOff_keepsNoLeaseAlive_andEndsNone() throws Exception {
        var old = members.awaitLeader();
        clientOf(old).grant(lease, 1);
        members.isolate(old);

        var answer = await(clientOf(old).sendKeepAlive(lease, Duration.ofMillis(500)));
        assertThat(answer).isInstanceOf(Answer.NoLeader.class);

        var next = members.awaitLeaderOtherThan(old);
        assertThat(clientOf(next).keepAlive(lease)).isEqualTo(new Answer.Alive(1, 1));
        assertThat(isThere(old)).isTrue();
        Await.until("the next leader ends it", () -> !isThere(next));
    }

    @Test
    void theEndThatALeaderOfAnotherTermProposed_isVoid() throws Exception {
        var leader = members.awaitLeader();
        var client = clientOf(leader);
        client.grant(lease, 60);
        putWithLease(leader);
        long term = leader.log().standing().term();

        var result =
                client.apply(
                        new Command.ExpireLease(
                                leader.gateway().newId(),
                                leader.gateway().since(),
                                term - 1,
                                lease));

        assertThat(result.verdict())
                .isInstanceOfSatisfying(
                        Verdict.Failed.class,
                        f -> assertThat(f.failure()).isEqualTo(Verdict.Failure.WRONG_TERM));
        assertThat(client.get(key)).isEqualTo("value");
        assertThat(client.keepAlive(lease)).isInstanceOf(Answer.Alive.class);
    }

    @Test
    void aLeaseThatIsKeptAlive_outlivesItsTime_alsoThroughATransfer() throws Exception {
        var first = members.awaitLeader();
        var asked = members.followersOf(first).getLast();
        clientOf(asked).grant(lease, 1);
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2_500);
        var heir = members.followersOf(first).getFirst();
        first.log().transferLeadership(heir.id(), Client.PATIENCE);

        Await.until(
                "kept for more than two of its lives",
                () -> {
                    assertThat(clientOf(asked).keepAlive(lease)).isInstanceOf(Answer.Alive.class);
                    return System.nanoTime() - until > 0;
                });
        assertThat(isThere(asked)).isTrue();
    }
}
