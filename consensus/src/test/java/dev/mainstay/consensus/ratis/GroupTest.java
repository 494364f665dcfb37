package dev.mainstay.consensus.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.consensus.Await;
import dev.mainstay.consensus.ReadIndex;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A group of three does what a replicated log is for.
class GroupTest {

    @TempDir Path root;

    @Test
    void commands_areAppliedInOneOrder_onEveryMember() throws Exception {
        try (var group = LocalGroup.started(root, 3)) {
            var leader = group.awaitLeader();

            for (int i = 0; i < 100; i++) {
                var _ = leader.propose("c" + i);
            }

            for (var node : group.nodes()) {
                Await.until("100 commands on " + node.id(), () -> node.machine().count() == 100);
                assertThat(node.machine().commands()).isEqualTo(numbered(100));
            }
        }
    }

    private static List<String> numbered(int count) {
        var names = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            names.add("c" + i);
        }
        return names;
    }

    @Test
    void readIndex_coversWhatWasCommitted_onEveryMember() throws Exception {
        try (var group = LocalGroup.started(root, 3)) {
            var leader = group.awaitLeader();
            leader.commit("x");
            var applied = leader.machine().applied().index();

            for (var node : group.nodes()) {
                Await.until("a leader known", () -> node.log().standing().leader() != null);
                assertThat(node.readIndex())
                        .isInstanceOfSatisfying(
                                ReadIndex.Reach.class,
                                reach -> assertThat(reach.index()).isGreaterThanOrEqualTo(applied));
            }
        }
    }

    @Test
    void anotherLeads_whenTheLeaderDies() throws Exception {
        try (var group = LocalGroup.started(root, 3)) {
            var first = group.awaitLeader();
            first.commit("before");

            first.stop();
            var second = group.awaitLeaderOtherThan(first);
            second.commit("after");

            assertThat(second.machine().commands()).containsExactly("before", "after");
            assertThat(second.heard().readyTerm()).isEqualTo(second.log().standing().term());
        }
    }
}
