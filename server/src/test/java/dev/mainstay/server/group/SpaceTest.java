package dev.mainstay.server.group;

import static dev.mainstay.server.group.ThreeMembers.clientOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.consensus.Await;
import dev.mainstay.consensus.Lost;
import dev.mainstay.consensus.Lost.Reason;
import dev.mainstay.server.gateway.Outcome;
import dev.mainstay.statemachine.command.Command;
import dev.mainstay.statemachine.command.Verdict;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is kept, and what becomes of writes when there is no more room.
class SpaceTest {

    @TempDir Path root;

    @Test
    void onANearlyFullDisk_putsAreRefused_andDeletionsAndCompactionsGoOn() throws Exception {
        var free = new AtomicLong(Long.MAX_VALUE);
        try (var members =
                ThreeMembers.started(
                        root,
                        LiveMember.Fittings.USUAL,
                        options -> options.freeBytes(free::get, 1_000))) {
            var leader = members.awaitLeader();
            long revision = clientOf(leader).put("key", "value");
            clientOf(leader).grant(7, 60);
            free.set(999);
            for (var member : members.running()) {
                Await.until("noticed", () -> member.gateway().isDiskFull());
            }

            for (var member : members.running()) {
                var client = clientOf(member);
                var gateway = member.gateway();
                assertThat(client.write(client.newPut("key", "more")))
                        .isEqualTo(
                                new Outcome.NotApplied(new Lost.Refused(Reason.DISK_FULL, null)));
                var delete = Client.delete(gateway.newId(), gateway.since(), "key");
                assertThat(client.apply(delete).verdict()).isNotInstanceOf(Verdict.Failed.class);
            }
            var client = clientOf(members.running().getFirst());
            long since = leader.gateway().since();
            client.apply(new Command.Compact(leader.gateway().newId(), since, revision));
            client.apply(new Command.RevokeLease(leader.gateway().newId(), since, 7));
            assertThat(client.get("key")).isNull();

            free.set(1_000);
            Await.until(
                    "taken again",
                    () -> client.write(client.newPut("key", "again")) instanceof Outcome.Applied);
        }
    }

    @Test
    void theLeaderForgetsOldOutcomes_andAllMembersRefuseWhatIsOlder() throws Exception {
        var usual = LiveMember.Fittings.USUAL;
        var few =
                new LiveMember.Fittings(
                        usual.history(),
                        usual.outcome(),
                        10,
                        usual.requestTimeout(),
                        usual.oldStoresClose());
        try (var members = ThreeMembers.started(root, few, options -> options)) {
            var leader = members.awaitLeader();
            long first = clientOf(leader).put("key", "0");
            long last = first;
            for (int i = 1; i <= 20; i++) {
                last = clientOf(leader).put("key", "" + i);
            }
            long floor = last - 10;

            for (var member : members.running()) {
                Await.until("the floor is there", () -> outcomeFloor(member) == floor);
                var old = Client.put(Client.newId(), first, "key", "old");
                assertThat(clientOf(member).apply(old).verdict())
                        .isEqualTo(new Verdict.Expired(floor));
            }
        }
    }

    private static long outcomeFloor(LiveMember member) {
        try (var view = member.store().openReadView()) {
            return view.outcomeFloor();
        }
    }

    @Test
    void aCompaction_isAFloorOnAllMembers_andOutlivesTheLeader() throws Exception {
        try (var members = ThreeMembers.started(root)) {
            var leader = members.awaitLeader();
            clientOf(leader).put("key", "old");
            long revision = clientOf(leader).put("key", "new");
            clientOf(leader)
                    .apply(
                            new Command.Compact(
                                    leader.gateway().newId(), leader.gateway().since(), revision));

            members.stop(leader);
            var next = members.awaitLeaderOtherThan(leader);
            clientOf(next).put("key", "newest");

            for (var member : members.running()) {
                assertThat(clientOf(member).get("key")).isEqualTo("newest");
                try (var view = member.store().openReadView()) {
                    assertThat(view.kvFloor()).isEqualTo(revision);
                    assertThat(
                                    Client.text(
                                            Objects.requireNonNull(
                                                    view.get(Client.key("key"), revision))))
                            .isEqualTo("new");
                }
            }
        }
    }
}
