package dev.mainstay.jepsen.nemesis;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;

/// Leadership that is handed over all the time.
final class Leaderships {

    private static final int EVERY_MILLIS_MIN = 1_000;
    private static final int EVERY_MILLIS_MAX = 3_000;
    // For the first one that is granted, should the cluster be busy electing.
    private static final Duration FIRST = Duration.ofSeconds(20);

    private Leaderships() {}

    static List<Nemesis> all() {
        return List.of(
                Recipe.of(
                                "transfer",
                                "storm",
                                "leadership is handed over every 1 to 3 s",
                                Leaderships::storm)
                        .on(Recipe.LEADERSHIP)
                        .taking(_ -> 0));
    }

    private static Fault storm(Arena arena, RandomGenerator random) {
        var term = Scene.term(arena);
        var meanwhile = Meanwhile.start(stop -> transfers(arena, random, stop));
        return new Ongoing(
                List.of(),
                "leadership transfers",
                () -> {
                    var granted = meanwhile.end(FIRST.plusSeconds(20));
                    return new Fault.Evidence(
                            granted > 0,
                            "%d granted, %s".formatted(granted, Scene.terms(term, arena)));
                });
    }

    private static int transfers(Arena arena, RandomGenerator random, Meanwhile.Stop stop)
            throws IOException, InterruptedException {
        var granted = 0;
        var deadline = System.nanoTime() + FIRST.toNanos();
        while (!stop.isAsked() || (granted == 0 && System.nanoTime() - deadline < 0)) {
            int leader = arena.leader().orElse(-1);
            var others = Scene.running(arena).stream().filter(node -> node != leader).toList();
            if (!others.isEmpty() && arena.transfer(Scene.any(others, random))) {
                granted++;
                stop.await(random.nextInt(EVERY_MILLIS_MIN, EVERY_MILLIS_MAX));
            } else {
                Thread.sleep(100);
            }
        }
        return granted;
    }
}
