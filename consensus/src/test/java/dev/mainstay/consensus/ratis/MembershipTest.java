package dev.mainstay.consensus.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.consensus.Await;
import dev.mainstay.consensus.LogOperationException;
import dev.mainstay.consensus.LogOperationException.Kind;
import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import dev.mainstay.consensus.Role;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Traps 14 and 16, and changes of who votes and who leads.
class MembershipTest {

    private static final Duration PATIENCE = LogFixtures.PATIENCE;

    @TempDir Path root;

    private static List<MemberId> voters(LocalGroup.Node node) {
        return node.log().membership().voters().stream().map(Member::id).toList();
    }

    @Test
    void aNamedMember_leadsAfterATransfer() throws Exception {
        // Long enough that no pause of the JVM takes leadership back from whom it was given to.
        var timeout = Duration.ofSeconds(3);
        try (var group = LocalGroup.started(root, 3, options -> options.electionTimeout(timeout))) {
            var old = group.awaitLeader();
            old.commit("x");
            var target = group.followersOf(old).getLast();

            old.log().transferLeadership(target.id(), PATIENCE);

            Await.until("the target leads", () -> target.log().standing().isReady());
            target.commit("y");
            Await.until("told", () -> old.heard().hasLostLeadership());
            Await.until("told", () -> target.heard().readyTerm() > 0);
            assertThat(target.log().matchIndex(target.id()).value()).isPositive();
            target.log().transferLeadership(null, PATIENCE);
            assertThat(group.awaitLeaderOtherThan(target)).isNotEqualTo(target);
        }
    }

    @Test
    void aMemberJoinsFromAnEmptyDirectory_andVotes() throws Exception {
        try (var group = LocalGroup.started(root, 1)) {
            var leader = group.awaitLeader();
            leader.commit("x");
            var joiner = group.joiner();
            joiner.start();
            assertThat(joiner.log().standing().role()).isEqualTo(Role.JOINING);

            leader.log().changeMembers(joiner.member(), null, PATIENCE);

            Await.until("caught up", () -> joiner.machine().has("x"));
            assertThat(voters(leader)).containsExactlyInAnyOrder(leader.id(), joiner.id());
            leader.log().transferLeadership(joiner.id(), PATIENCE);
            Await.until("the joiner leads", () -> joiner.log().standing().isReady());
            joiner.stop();
            joiner.start();
            Await.until("still a voter", () -> voters(joiner).size() == 2);
            assertThatThrownBy(() ->
                            group.awaitLeader()
                                    .log()
                                    .changeMembers(joiner.member(), null, PATIENCE))
                    .isInstanceOfSatisfying(
                            LogOperationException.class,
                            e -> assertThat(e.kind()).isEqualTo(Kind.ALREADY_A_MEMBER));
        }
    }

    @Test
    void aDeadMember_isReplacedInOneChange() throws Exception {
        try (var group = LocalGroup.started(root, 3)) {
            var leader = group.awaitLeader();
            leader.commit("x");
            var dead = group.followersOf(leader).getFirst();
            dead.stop();
            var fresh = group.joiner();
            fresh.start();
            // It may be restarted as often as it likes before it is added.
            fresh.stop();
            fresh.start();
            assertThat(fresh.log().standing().role()).isEqualTo(Role.JOINING);

            leader.log().changeMembers(fresh.member(), dead.id(), PATIENCE);

            Await.until("caught up", () -> fresh.machine().has("x"));
            assertThat(voters(leader)).contains(fresh.id()).doesNotContain(dead.id()).hasSize(3);
        }
    }

    @Test
    void aRemovedMember_isTold_andTheOthersGoOn() throws Exception {
        try (var group = LocalGroup.started(root, 3)) {
            var leader = group.awaitLeader();
            var gone = group.followersOf(leader).getFirst();
            leader.commit("x");
            Await.until("x there", () -> gone.machine().has("x"));

            leader.log().changeMembers(null, gone.id(), PATIENCE);

            assertThat(voters(leader)).doesNotContain(gone.id()).hasSize(2);
            Await.until("told", () -> gone.heard().isRemoved());
            assertThat(gone.heard().failure()).isEmpty();
            leader.commit("y");
        }
    }

    @Test
    void aMemberThatHasMoved_isFoundAtItsNewAddress() throws Exception {
        try (var group = LocalGroup.started(root, 3)) {
            var leader = group.awaitLeader();
            leader.commit("x");
            var mover = group.followersOf(leader).getFirst();
            mover.stop();
            mover.move();

            leader.log().changeMembers(mover.member(), mover.id(), PATIENCE);
            mover.start();

            Await.until("the group works", () -> isCommitted(group, "y"));
            Await.until("it hears of it", () -> mover.machine().has("y"));
            for (var node : group.nodes()) {
                Await.until("it knows the address", () -> knows(node, mover.member()));
            }
            for (var node : group.nodes()) {
                assertThat(node.heard().failure()).isEmpty();
            }
            group.awaitLeader().log().transferLeadership(mover.id(), PATIENCE);
            Await.until("the mover leads", () -> mover.log().standing().isReady());
            mover.commit("z");
        }
    }

    /// Members that learn of the new address start their part of the log anew: what is proposed at
    /// that moment may be lost, and is to be proposed again.
    private static boolean isCommitted(LocalGroup group, String command) throws Exception {
        var leader = group.awaitLeader();
        var lost = leader.propose(command);
        Await.until(command, () -> leader.machine().has(command) || lost.isDone());
        return leader.machine().has(command);
    }

    private static boolean knows(LocalGroup.Node node, Member member) {
        var voters = node.log().membership().voters();
        return voters.size() == 3 && voters.contains(member);
    }

    @Test
    void aLeaderThatIsToGo_handsOverFirst() throws Exception {
        try (var group = LocalGroup.started(root, 3)) {
            var leader = group.awaitLeader();
            leader.commit("x");

            assertThatThrownBy(() -> leader.log().changeMembers(null, leader.id(), PATIENCE))
                    .isInstanceOfSatisfying(
                            LogOperationException.class,
                            e -> assertThat(e.kind()).isEqualTo(Kind.NOT_LEADER));

            var next = group.awaitLeaderOtherThan(leader);
            next.log().changeMembers(null, leader.id(), PATIENCE);
            assertThat(voters(next)).hasSize(2);
        }
    }

    /// With heartbeats every 0.6 s a follower learns of a commit after half of that, without our
    /// appender.
    @Test
    void anIdleFollower_learnsOfACommitAtOnce() throws Exception {
        assertThat(medianMillisToFollower("fixed", true)).isLessThan(150);
        assertThat(medianMillisToFollower("unfixed", false)).isGreaterThan(150);
    }

    private long medianMillisToFollower(String name, boolean isAppenderFixed) throws Exception {
        try (var group =
                LocalGroup.started(
                        root.resolve(name),
                        3,
                        options -> {
                            options.isAppenderFixed = isAppenderFixed;
                            return options.electionTimeout(Duration.ofSeconds(2));
                        })) {
            var leader = group.awaitLeader();
            var follower = group.followersOf(leader).getFirst();
            var millis = new ArrayList<Long>();
            for (int i = 0; i < 5; i++) {
                var command = "c" + i;
                leader.commit(command);
                long from = System.nanoTime();
                Await.until("applied", () -> follower.machine().has(command));
                millis.add(Duration.ofNanos(System.nanoTime() - from).toMillis());
            }
            return millis.stream().sorted().toList().get(2);
        }
    }
}
