package dev.mainstay.jepsen.nemesis;

import dev.mainstay.jepsen.cluster.NodeProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// SIGSTOP, and SIGCONT when healed: what a long collection of garbage or a frozen machine looks
/// like. The node goes on with everything it believed before.
final class Pauses {

    private static final String FAMILY = "pause";
    private static final Duration STOPPING = Duration.ofSeconds(2);

    private Pauses() {}

    static List<Nemesis> all() {
        return List.of(
                Recipe.of(
                        FAMILY,
                        "leader",
                        "SIGSTOP of the leader",
                        (arena, random) -> pause(arena, Scene.leader(arena, random))),
                Recipe.of(
                        FAMILY,
                        "follower",
                        "SIGSTOP of a follower",
                        (arena, random) -> pause(arena, Scene.follower(arena, random))));
    }

    private static Fault pause(Arena arena, int node) throws IOException, InterruptedException {
        var term = Scene.term(arena);
        var process = arena.process(node);
        process.pause();
        var since = System.nanoTime();
        var isStopped = Scene.await(STOPPING, process::isPaused);
        return new Ongoing(
                List.of(node),
                "SIGSTOP of n" + node,
                () -> {
                    var isStoppedStill = process.isPaused();
                    resume(process);
                    return new Fault.Evidence(
                            isStopped,
                            "state T of process %d for %d ms%s, %s"
                                    .formatted(
                                            process.pid(),
                                            Duration.ofNanos(System.nanoTime() - since).toMillis(),
                                            isStoppedStill ? "" : " (ended by others)",
                                            Scene.terms(term, arena)));
                });
    }

    private static void resume(NodeProcess process) throws IOException {
        if (process.isAlive()) {
            process.resume();
        }
    }
}
