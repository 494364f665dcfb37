package dev.mainstay.jepsen.nemesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NemesesTest {

    private static final Nemeses NEMESES = Nemeses.standard();

    @Test
    void aFamily_isAllItsKinds_andAKindIsItself() {
        assertThat(NEMESES.named(List.of("kill")).stream().map(Nemeses::name))
                .containsExactly("kill/leader", "kill/follower", "kill/all");
        assertThat(NEMESES.named(List.of("partition/ring", "kill/all")).stream().map(Nemeses::name))
                .containsExactly("kill/all", "partition/ring");
    }

    @Test
    void names_areUnique() {
        assertThat(NEMESES.all().stream().map(Nemeses::name)).doesNotHaveDuplicates();
        assertThat(NEMESES.families())
                .containsExactly(
                        "kill",
                        "pause",
                        "partition",
                        "link",
                        "transfer",
                        "rolling",
                        "membership",
                        "left-behind",
                        "disk",
                        "power",
                        "clock");
    }

    @Test
    void anUnknownName_isRefused_withThoseThatThereAre() {
        assertThatThrownBy(() -> NEMESES.named(List.of("kill", "flood")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("flood")
                .hasMessageContaining("left-behind");
    }

    /// In a ring each node is left with a majority, and no two with the same.
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void aRing_leavesEveryNodeTwoNeighbours(long seed) throws Exception {
        var arena = new StillArena(5);

        begin("partition/ring", arena, seed);

        assertThat(arena.cut).hasSize(10);
        for (var node : Scene.all(arena)) {
            assertThat(arena.cut.stream().filter(wire -> wire.from() == node)).hasSize(2);
            assertThat(arena.cut.stream().filter(wire -> wire.to() == node)).hasSize(2);
        }
    }

    @Test
    void aBridge_separatesTwoHalves() throws Exception {
        var arena = new StillArena(5);

        begin("partition/bridge", arena, 1);

        assertThat(arena.cut).hasSize(8);
        assertThat(Scene.all(arena))
                .filteredOn(node -> arena.cut.stream().noneMatch(wire -> wire.from() == node))
                .hasSize(1);
    }

    @Test
    void oneWay_cutsOneDirection_ofTheLeader() throws Exception {
        var arena = new StillArena(3);

        begin("partition/one-way-in", arena, 1);
        assertThat(arena.cut).containsExactlyInAnyOrder(new Wire(1, 0), new Wire(2, 0));

        arena.cut.clear();
        begin("partition/one-way-out", arena, 1);
        assertThat(arena.cut).containsExactlyInAnyOrder(new Wire(0, 1), new Wire(0, 2));
    }

    private static void begin(String name, Arena arena, long seed) throws Exception {
        var _ = NEMESES.named(List.of(name)).getFirst().begin(arena, new SplittableRandom(seed));
    }
}
