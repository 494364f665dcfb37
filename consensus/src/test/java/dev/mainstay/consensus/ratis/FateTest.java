package dev.mainstay.consensus.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.consensus.Await;
import dev.mainstay.consensus.GroupCommit;
import dev.mainstay.consensus.Lost;
import dev.mainstay.consensus.Lost.Refused;
import dev.mainstay.consensus.Lost.Unknown;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Traps 2, 8 and 9: what a proposer hears is true.
class FateTest {

    @TempDir Path root;

    @Test
    void aProposalElsewhere_isRefused_withTheLeadersName() throws Exception {
        try (var group = LocalGroup.started(root, 3)) {
            var leader = group.awaitLeader();
            leader.commit("x");
            var follower = group.followersOf(leader).getFirst();
            Await.until("the leader known", () -> follower.log().standing().leader() != null);

            var lost = follower.propose("y").get(10, TimeUnit.SECONDS);

            assertThat(lost).isEqualTo(new Refused(Lost.Reason.NOT_LEADER, leader.id()));
        }
    }

    /// Ratis says "not leader" for an entry that is committed later: whoever believed it would
    /// report a committed transaction as refused.
    @Test
    void aProposalThatALosingLeaderHadInItsLog_isUnknown_andMayBeCommitted() throws Exception {
        try (var group = LocalGroup.started(root, 3)) {
            var old = group.awaitLeader();
            old.commit("before");
            for (var follower : group.followersOf(old)) {
                group.firewall().cut(follower.id(), old.id());
            }

            var lost = old.propose("ambiguous").get(20, TimeUnit.SECONDS);

            assertThat(lost).isInstanceOf(Unknown.class);
            group.firewall().heal();
            for (var node : group.nodes()) {
                Await.until("committed on " + node.id(), () -> node.machine().has("ambiguous"));
            }
        }
    }

    @Test
    void aCommandAboveTheByteLimit_doesNotCostTheLeadership() throws Exception {
        try (var group = LocalGroup.started(root, 1)) {
            var leader = group.awaitLeader();
            long term = leader.log().standing().term();

            assertThatThrownBy(() ->
                            leader.log()
                                    .propose(
                                            new byte[GroupCommit.COMMAND_BYTES_MAX + 1],
                                            lost -> {}))
                    .isInstanceOf(IllegalArgumentException.class);
            var largest = new CompletableFuture<Lost>();
            leader.log().propose(new byte[GroupCommit.COMMAND_BYTES_MAX], largest::complete);

            Await.until("applied", () -> leader.machine().count() == 1 || largest.isDone());
            assertThat(largest).isNotDone();
            assertThat(leader.log().standing().term()).isEqualTo(term);
        }
    }

    @Test
    void aCommandForAnotherTerm_isRefused() throws Exception {
        try (var group = LocalGroup.started(root, 1)) {
            var leader = group.awaitLeader();
            long term = leader.log().standing().term();
            var lost = new CompletableFuture<Lost>();

            leader.log().proposeIn(term + 1, new byte[1], lost::complete);

            assertThat(lost.get(10, TimeUnit.SECONDS)).isInstanceOf(Refused.class);
            leader.log()
                    .proposeIn(
                            term, "t".getBytes(StandardCharsets.UTF_8), l -> lost.obtrudeValue(l));
            Await.until("applied", () -> leader.machine().has("t"));
        }
    }

    @Test
    void concurrentProposers_shareEntries_andLoseNothing() throws Exception {
        try (var group = LocalGroup.started(root, 3);
                var threads = Executors.newFixedThreadPool(64)) {
            var leader = group.awaitLeader();
            Set<Lost> lost = ConcurrentHashMap.newKeySet();
            for (int proposer = 0; proposer < 64; proposer++) {
                int number = proposer;
                threads.execute(() -> {
                    for (int i = 0; i < 20; i++) {
                        leader.log()
                                .propose(
                                        (number + ":" + i).getBytes(StandardCharsets.UTF_8),
                                        lost::add);
                    }
                });
            }

            for (var node : group.nodes()) {
                Await.until("all on " + node.id(), () -> node.machine().count() == 1_280);
                assertThat(node.machine().commands()).isEqualTo(leader.machine().commands());
            }
            assertThat(lost).isEmpty();
            assertThat(leader.machine().commands()).doesNotHaveDuplicates();
            assertThat(leader.log().gauges().get("proposals.entries")).isLessThan(640);
            assertThat(leader.log().gauges())
                    .containsKey("ratis.log_worker.appendEntryLatency.count");
        }
    }

    /// Once an entry has its place, nobody may hear that it was refused: it may be committed yet.
    @Test
    void closing_doesNotKnowAboutWhatIsInTheLog() throws Exception {
        try (var group = LocalGroup.started(root, 3)) {
            var leader = group.awaitLeader();
            leader.commit("before");
            group.isolate(leader);
            var last = leader.log().standing().last();
            var flying = leader.propose("x");
            Await.until("in the log", () -> leader.log().standing().last().compareTo(last) > 0);

            leader.stop();

            assertThat(flying.get(10, TimeUnit.SECONDS)).isInstanceOf(Unknown.class);
        }
    }
}
