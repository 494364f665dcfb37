package dev.mainstay.jepsen.nemesis;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Undoes every fault that there is, whoever began it.
public final class Repair {

    private Repair() {}

    private interface Step {
        void run() throws IOException;
    }

    /// Does as much as it can; answers what it could not.
    public static List<String> all(Arena arena) {
        var problems = new ArrayList<String>();
        arena.links().ifPresent(links -> attempt("heal the links", problems, links::heal));
        for (var each : Scene.all(arena)) {
            int node = each;
            var name = "n" + node;
            arena.disks()
                    .ifPresent(disks -> {
                        attempt(
                                "quicken the disk of " + name,
                                problems,
                                () -> disks.slow(node, Duration.ZERO));
                        attempt(
                                "empty the disk of " + name,
                                problems,
                                () -> disks.full(node, false));
                    });
            arena.clocks()
                    .ifPresent(clocks ->
                            attempt(
                                    "set the clock of " + name,
                                    problems,
                                    () -> clocks.shift(node, Duration.ZERO)));
            if (arena.hasProcesses()) {
                attempt("run " + name, problems, () -> run(arena, node));
            }
        }
        return problems;
    }

    private static void run(Arena arena, int node) throws IOException {
        if (!arena.isRunning(node)) {
            arena.start(node);
        } else if (arena.process(node).isPaused()) {
            arena.process(node).resume();
        }
    }

    private static void attempt(String what, List<String> problems, Step step) {
        try {
            step.run();
        } catch (IOException | RuntimeException e) {
            problems.add("could not " + what + ": " + e);
        }
    }
}
