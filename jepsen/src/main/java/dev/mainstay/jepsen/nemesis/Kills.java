package dev.mainstay.jepsen.nemesis;

import java.io.IOException;
import java.util.List;

/// `kill -9`, and a start on the same directory when healed.
final class Kills {

    private static final String FAMILY = "kill";

    private Kills() {}

    static List<Nemesis> all() {
        return List.of(
                Recipe.of(
                        FAMILY,
                        "leader",
                        "kill -9 of the leader",
                        (arena, random) -> kill(arena, List.of(Scene.leader(arena, random)))),
                Recipe.of(
                        FAMILY,
                        "follower",
                        "kill -9 of a follower",
                        (arena, random) -> kill(arena, List.of(Scene.follower(arena, random)))),
                Recipe.of(
                                FAMILY,
                                "all",
                                "kill -9 of all nodes at once",
                                (arena, _) -> kill(arena, Scene.running(arena)))
                        .taking(nodes -> nodes));
    }

    private static Fault kill(Arena arena, List<Integer> victims) throws IOException {
        var term = Scene.term(arena);
        for (var node : victims) {
            arena.kill(node);
        }
        // Looked at before anything can start them again.
        var gone = victims.stream().filter(node -> !arena.isRunning(node)).toList();
        return new Ongoing(
                victims,
                "kill -9 of " + Scene.names(victims),
                () -> {
                    for (var node : victims) {
                        arena.start(node);
                    }
                    return new Fault.Evidence(
                            gone.equals(victims),
                            "process gone of %s, %s"
                                    .formatted(Scene.names(gone), Scene.terms(term, arena)));
                });
    }
}
