package dev.mainstay.jepsen.cluster.arena;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.jepsen.cluster.Command;
import dev.mainstay.jepsen.cluster.KeyValues;
import dev.mainstay.jepsen.cluster.link.NamespaceWiring;
import dev.mainstay.jepsen.nemesis.Arena;
import dev.mainstay.jepsen.nemesis.Nemeses;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The privileged form of the links. Without the privilege only its refusal is tested.
@Tag("blackbox")
class NamespacesTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    @Test
    void nodesInNamespaces_sufferTheSameFaults_andLeaveNothing() throws Exception {
        var before = interfacesAndNamespaces();
        var obstacle = NamespaceWiring.obstacle();
        if (obstacle.isPresent()) {
            assertThat(obstacle.get()).doesNotContain("\n").contains("with relays");
            return;
        }
        try (var arena = LocalArena.builder().wires(ArenaBuilder.Wires.NAMESPACES).start()) {
            assertNoWayPastTheSwitch(arena);
            for (var name :
                    List.of(
                            "partition/leader-alone",
                            "partition/one-way-in",
                            "link/delay",
                            "link/loss",
                            "kill/leader")) {
                suffer(arena, name);
            }
            try (var values = new KeyValues(arena.endpoint(0))) {
                values.put("a", "1");
            }
        }

        assertThat(interfacesAndNamespaces()).isEqualTo(before);
    }

    /// Over the bridge, a client reaches every node, and no node another.
    private static void assertNoWayPastTheSwitch(Arena arena) throws IOException {
        var call = "exec 3<>/dev/tcp/" + arena.endpoint(1).replace(':', '/');
        var spaces = Command.run(List.of("ip", "netns", "list"), SOON).out().lines();
        var first = spaces.filter(line -> line.contains("-n0")).findFirst().orElseThrow();
        var inside = List.of("ip", "netns", "exec", first.split(" ", -1)[0], "bash", "-c", call);

        assertThat(Command.run(List.of("bash", "-c", call), SOON).succeeded()).isTrue();
        assertThat(Command.run(inside, Duration.ofSeconds(2)).succeeded()).isFalse();
    }

    private static void suffer(Arena arena, String name) throws IOException, InterruptedException {
        var nemesis = Nemeses.standard().named(List.of(name)).getFirst();
        var fault = nemesis.begin(arena, new SplittableRandom(1));
        var evidence = fault.heal();

        assertThat(evidence.isProven()).as(name + ": " + evidence.trace()).isTrue();
        assertThat(arena.awaitServing(SOON)).as(name).isEmpty();
        System.out.printf("%s: %s%n", name, evidence.trace());
    }

    private static List<String> interfacesAndNamespaces() throws IOException {
        var limit = Duration.ofSeconds(10);
        return List.of(
                Command.run(List.of("ip", "-br", "link"), limit).out(),
                Command.run(List.of("ip", "netns", "list"), limit).out());
    }
}
