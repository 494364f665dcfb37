package dev.mainstay.jepsen.nemesis;

import dev.mainstay.jepsen.cluster.Standing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/// What nemeses look for in an arena: victims and traces.
final class Scene {

    private static final Duration ELECTION = Duration.ofSeconds(10);
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);

    private Scene() {}

    /// The leader; after a while without one, any node that runs.
    static int leader(Arena arena, RandomGenerator random) throws InterruptedException {
        var found = new ArrayList<Integer>();
        if (await(ELECTION, () -> arena.leader().map(found::add).orElse(false))) {
            return found.getFirst();
        }
        return any(running(arena), random);
    }

    /// A node that runs and does not lead.
    static int follower(Arena arena, RandomGenerator random) throws InterruptedException {
        var leader = leader(arena, random);
        return any(running(arena).stream().filter(node -> node != leader).toList(), random);
    }

    static List<Integer> running(Arena arena) {
        return all(arena).stream().filter(arena::isRunning).toList();
    }

    static List<Integer> all(Arena arena) {
        var nodes = new ArrayList<Integer>();
        for (var node = 0; node < arena.size(); node++) {
            nodes.add(node);
        }
        return nodes;
    }

    static List<Integer> allBut(Arena arena, int node) {
        return all(arena).stream().filter(other -> other != node).toList();
    }

    static int any(List<Integer> nodes, RandomGenerator random) {
        if (nodes.isEmpty()) {
            throw new IllegalStateException("no node to choose from");
        }
        return nodes.get(random.nextInt(nodes.size()));
    }

    /// All of them in an order by chance.
    static List<Integer> shuffled(Arena arena, RandomGenerator random) {
        var nodes = new ArrayList<>(all(arena));
        Collections.shuffle(nodes, Random.from(random));
        return nodes;
    }

    static Optional<Standing> standing(Arena arena, int node) {
        return arena.isRunning(node) ? Standing.of(arena.endpoint(node)) : Optional.empty();
    }

    /// The highest term that a node knows; 0 if none answers.
    static long term(Arena arena) {
        return all(arena).stream()
                .map(node -> standing(arena, node))
                .flatMap(Optional::stream)
                .mapToLong(Standing::term)
                .max()
                .orElse(0);
    }

    /// `term 4 -> 5`.
    static String terms(long before, Arena arena) {
        return "term %d -> %d".formatted(before, term(arena));
    }

    static String names(List<Integer> nodes) {
        return String.join(", ", nodes.stream().map(node -> "n" + node).toList());
    }

    /// Whether the condition held in time.
    static boolean await(Duration atMost, BooleanSupplier condition) throws InterruptedException {
        var deadline = System.nanoTime() + atMost.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            Thread.sleep(LOOK_EVERY);
        }
        return true;
    }
}
