package dev.mainstay.server.group;

import static dev.mainstay.server.group.ThreeMembers.clientOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.consensus.Await;
import dev.mainstay.consensus.LogOperationException;
import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import dev.mainstay.server.gateway.Members.MemberView;
import dev.mainstay.statemachine.command.Command;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who is part of the group, changed through any of its members.
class MembersTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir Path root;

    private static List<MemberId> voters(LiveMember member) {
        return member.gateway().members().list().stream()
                .map(MemberView::member)
                .filter(Objects::nonNull)
                .map(Member::id)
                .toList();
    }

    @Test
    void aMember_isAddedThroughAFollower_catchesUp_andServes() throws Exception {
        try (var members = ThreeMembers.started(root)) {
            var leader = members.awaitLeader();
            var follower = members.followersOf(leader).getFirst();
            clientOf(follower).put("key", "value");
            var joiner = members.join();

            follower.gateway().members().change(joiner.member(), null, PATIENCE);

            assertThat(clientOf(joiner).get("key")).isEqualTo("value");
            clientOf(joiner).put("key", "by the new one");
            assertThat(clientOf(leader).get("key")).isEqualTo("by the new one");
            Await.until("known everywhere", () -> voters(follower).size() == 4);
            var reports = joiner.gateway().members().ask(PATIENCE);
            assertThat(reports).hasSize(4).noneMatch(r -> r.role().equals("down"));
        }
    }

    @Test
    void aDeadMember_isReplacedInOneChange() throws Exception {
        try (var members = ThreeMembers.started(root)) {
            var leader = members.awaitLeader();
            var dead = members.followersOf(leader).getFirst();
            var other = members.followersOf(leader).getLast();
            clientOf(leader).put("key", "value");
            members.stop(dead);
            var fresh = members.join();

            other.gateway().members().change(fresh.member(), dead.id(), PATIENCE);

            assertThat(voters(leader))
                    .containsExactlyInAnyOrder(leader.id(), other.id(), fresh.id());
            members.stop(other);
            clientOf(fresh).put("key", "with the new one's vote");
            members.start(other);
        }
    }

    @Test
    void theLeader_isRemovedAtItsOwnRequest_afterItHasHandedOver() throws Exception {
        try (var members = ThreeMembers.started(root)) {
            var leader = members.awaitLeader();
            clientOf(leader).put("key", "value");

            leader.gateway().members().remove(leader.id().number(), PATIENCE);

            Await.until("it is told", () -> leader.lastWords().isPresent());
            assertThat(leader.lastWords().orElseThrow()).contains("no longer part of the group");
            var next = members.awaitLeaderOtherThan(leader);
            assertThat(voters(next)).hasSize(2).doesNotContain(leader.id());
            assertThat(clientOf(next).get("key")).isEqualTo("value");
        }
    }

    @Test
    void anAnnouncedMember_isListedWithoutAName_untilItHasJoined() throws Exception {
        try (var members = ThreeMembers.started(root)) {
            var leader = members.awaitLeader();
            var follower = members.followersOf(leader).getFirst();
            var joiner = members.join();
            var url = "http://" + joiner.member().raftAddress();
            announce(leader, joiner.id().number(), url);
            clientOf(follower).get("any");
            var pending = new MemberView(joiner.id().number(), "", List.of(url), List.of(), null);
            assertThat(follower.gateway().members().list()).contains(pending).hasSize(4);

            follower.gateway().members().change(joiner.member(), null, PATIENCE);

            clientOf(leader).get("any");
            assertThat(leader.gateway().members().list()).doesNotContain(pending).hasSize(4);
            assertThat(voters(leader)).contains(joiner.id());
        }
    }

    /// As [dev.mainstay.server.gateway.Members#announce], under a number that the test knows.
    private static void announce(LiveMember by, long number, String url) throws Exception {
        var gateway = by.gateway();
        var name = "member." + java.util.HexFormat.of().toHexDigits(number);
        var value = url.getBytes(StandardCharsets.UTF_8);
        var _ =
                clientOf(by)
                        .apply(
                                new Command.PutSetting(
                                        gateway.newId(), gateway.since(), name, value, null));
    }

    @Test
    void anAnnouncedMember_canBeForgotten_throughAnyMember() throws Exception {
        try (var members = ThreeMembers.started(root)) {
            var leader = members.awaitLeader();
            var follower = members.followersOf(leader).getFirst();
            var announced = follower.gateway().members().announce(List.of("http://n9:1"));
            clientOf(leader).get("any");
            leader.gateway().members().update(announced.number(), List.of("http://n9:2"));
            assertThat(leader.gateway().members().list())
                    .filteredOn(m -> m.member() == null)
                    .singleElement()
                    .satisfies(m -> assertThat(m.peerUrls()).containsExactly("http://n9:2"));

            leader.gateway().members().remove(announced.number(), PATIENCE);

            assertThat(leader.gateway().members().list()).hasSize(3);
            assertThatThrownBy(() -> leader.gateway().members().remove(77, PATIENCE))
                    .isInstanceOf(LogOperationException.class)
                    .hasMessageContaining("no member has the number");
        }
    }

    /// As often as an operator likes: the last time may have broken off half-way.
    @Test
    void anUpdateToTheAddressThatAMemberHas_changesNothing() throws Exception {
        try (var members = ThreeMembers.started(root)) {
            var leader = members.awaitLeader();
            var follower = members.followersOf(leader).getFirst();
            var before = leader.gateway().membership();
            var url = "http://" + follower.member().raftAddress();

            follower.gateway().members().update(follower.id().number(), List.of(url));

            clientOf(follower).put("key", "value");
            assertThat(leader.gateway().membership().voters())
                    .containsExactlyInAnyOrderElementsOf(before.voters());
            assertThat(leader.log().standing().isLeader()).isTrue();
        }
    }

    @Test
    void aMemberThatHasMoved_isFoundAtTheAddressThatAnotherOneWasTold() throws Exception {
        try (var members = ThreeMembers.started(root)) {
            var leader = members.awaitLeader();
            var mover = members.followersOf(leader).getFirst();
            var before = mover.member();
            clientOf(leader).put("key", "value");
            members.stop(mover);
            members.node(mover).move();
            var now = members.node(mover).member();
            assertThat(now.raftAddress()).isNotEqualTo(before.raftAddress());

            leader.gateway()
                    .members()
                    .update(before.id().number(), List.of("http://" + now.raftAddress()));
            clientOf(leader).put("key", "while it is away");
            var back = members.start(mover);

            assertThat(clientOf(back).get("key")).isEqualTo("while it is away");
            clientOf(back).put("key", "through the one that moved");
            for (var member : members.running()) {
                Await.until("known", () -> member.gateway().membership().voters().contains(now));
                assertThat(voters(member)).hasSize(3);
                assertThat(member.lastWords()).isEmpty();
            }
        }
    }
}
