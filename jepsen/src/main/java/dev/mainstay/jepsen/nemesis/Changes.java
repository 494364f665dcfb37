package dev.mainstay.jepsen.nemesis;

import dev.mainstay.jepsen.cluster.NodeProcess;
import dev.mainstay.jepsen.cluster.Standing;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// What operators do to a cluster that works: restart its nodes one by one, replace one.
final class Changes {

    private static final Duration ALL_NODES = Duration.ofMinutes(4);
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);
    private static final Duration ONE_NODE = Duration.ofSeconds(60);

    private Changes() {}

    static List<Nemesis> all() {
        return List.of(
                Recipe.of(
                        "rolling",
                        "restart",
                        "SIGTERM and start, one node after the other",
                        Changes::rolling),
                Recipe.of(
                        "membership",
                        "replace",
                        "a member is removed, an empty one takes its place",
                        Changes::replace));
    }

    private static Fault rolling(Arena arena, RandomGenerator random) {
        var order = Scene.shuffled(arena, random);
        var term = Scene.term(arena);
        var meanwhile = Meanwhile.start(_ -> restart(arena, order));
        return new Ongoing(
                order,
                "rolling restart of " + Scene.names(order),
                () -> {
                    var ended = meanwhile.end(ALL_NODES);
                    return new Fault.Evidence(
                            ended.size() == order.size()
                                    && ended.stream().noneMatch(NodeProcess::isAlive),
                            "processes %s ended, %s"
                                    .formatted(
                                            ended.stream().map(NodeProcess::pid).toList(),
                                            Scene.terms(term, arena)));
                });
    }

    private static List<NodeProcess> restart(Arena arena, List<Integer> order)
            throws IOException, InterruptedException {
        var ended = new ArrayList<NodeProcess>();
        for (var node : order) {
            var process = arena.process(node);
            arena.stop(node);
            arena.start(node);
            ended.add(process);
            // The next one only goes when this one is back, or there would be no majority.
            var silent = arena.awaitServing(ONE_NODE);
            if (!silent.isEmpty()) {
                throw new IOException(
                        "%s do not serve after the restart of n%d"
                                .formatted(Scene.names(silent), node));
            }
        }
        return ended;
    }

    private static Fault replace(Arena arena, RandomGenerator random) {
        var node = Scene.any(Scene.running(arena), random);
        var before = member(arena, node);
        var meanwhile =
                Meanwhile.start(_ -> {
                    arena.replace(node);
                    return arena.awaitServing(ONE_NODE);
                });
        return new Ongoing(
                List.of(node),
                "n%d is replaced by a new member".formatted(node),
                () -> {
                    var silent = meanwhile.end(ALL_NODES);
                    var after = awaitMember(arena, node);
                    return new Fault.Evidence(
                            after != 0 && after != before && !silent.contains(node),
                            "member %016x -> %016x%s"
                                    .formatted(
                                            before,
                                            after,
                                            silent.contains(node) ? ", does not serve" : ""));
                });
    }

    /// A node that has just come and is busy may not answer the first question.
    private static long awaitMember(Arena arena, int node) throws InterruptedException {
        var deadline = System.nanoTime() + ONE_NODE.toNanos();
        var member = member(arena, node);
        while (member == 0 && System.nanoTime() - deadline < 0) {
            Thread.sleep(LOOK_EVERY);
            member = member(arena, node);
        }
        return member;
    }

    private static long member(Arena arena, int node) {
        return Scene.standing(arena, node).map(Standing::member).orElse(0L);
    }
}
