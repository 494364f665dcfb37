package dev.mainstay.jepsen.nemesis;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Links between nodes that are cut; clients reach every node all the time.
final class Partitions {

    private static final String FAMILY = "partition";
    private static final int FOR_RINGS = 5;
    private static final int RANDOM_PERCENT = 40;

    private Partitions() {}

    private interface Cut {
        Fault begin(Arena arena, RandomGenerator random) throws IOException, InterruptedException;
    }

    static List<Nemesis> all() {
        return List.of(
                partition(
                        "leader-alone",
                        "the leader and the others do not reach each other",
                        (arena, random) -> {
                            int leader = Scene.leader(arena, random);
                            return cut(
                                    arena,
                                    Wire.where(
                                            arena.size(),
                                            (from, to) -> from == leader || to == leader),
                                    List.of(leader),
                                    "n%d, the leader, is alone".formatted(leader));
                        }),
                partition(
                        "minority",
                        "a minority by chance and the majority do not reach each other",
                        Partitions::minority),
                partition(
                        "one-way-in",
                        "the leader hears nobody, the others hear it",
                        (arena, random) -> {
                            int leader = Scene.leader(arena, random);
                            return cut(
                                    arena,
                                    Wire.where(arena.size(), (_, to) -> to == leader),
                                    List.of(leader),
                                    "n%d, the leader, hears nobody".formatted(leader));
                        }),
                partition(
                        "one-way-out",
                        "nobody hears the leader, it hears the others",
                        (arena, random) -> {
                            int leader = Scene.leader(arena, random);
                            return cut(
                                    arena,
                                    Wire.where(arena.size(), (from, _) -> from == leader),
                                    List.of(leader),
                                    "nobody hears n%d, the leader".formatted(leader));
                        }),
                partition("ring", "every node reaches its two neighbours only", Partitions::ring)
                        .unless(Partitions::tooFewNodes),
                partition("bridge", "two halves that have one node in common", Partitions::bridge)
                        .unless(Partitions::tooFewNodes),
                partition("random", "directed links by chance", Partitions::random)
                        .taking(nodes -> nodes));
    }

    private static Recipe partition(String kind, String about, Cut cut) {
        return Recipe.of(FAMILY, kind, about, cut::begin)
                .on(Recipe.LINKS)
                .taking(nodes -> (nodes - 1) / 2)
                .unless(LinkFaults::noLinks);
    }

    private static Optional<String> tooFewNodes(Arena arena) {
        return arena.size() < FOR_RINGS
                ? Optional.of("needs %d nodes".formatted(FOR_RINGS))
                : LinkFaults.noLinks(arena);
    }

    private static Fault minority(Arena arena, RandomGenerator random) throws IOException {
        var few = Scene.shuffled(arena, random).subList(0, (arena.size() - 1) / 2);
        return cut(
                arena,
                Wire.where(arena.size(), (from, to) -> few.contains(from) != few.contains(to)),
                few,
                Scene.names(few) + " and the others do not reach each other");
    }

    private static Fault ring(Arena arena, RandomGenerator random) throws IOException {
        var order = Scene.shuffled(arena, random);
        var last = order.size() - 1;
        return cut(
                arena,
                Wire.where(
                        arena.size(),
                        (from, to) -> {
                            var apart = Math.abs(order.indexOf(from) - order.indexOf(to));
                            return apart != 1 && apart != last;
                        }),
                order,
                "a ring: " + Scene.names(order));
    }

    private static Fault bridge(Arena arena, RandomGenerator random) throws IOException {
        var order = Scene.shuffled(arena, random);
        var middle = order.size() / 2;
        return cut(
                arena,
                Wire.where(
                        arena.size(),
                        (from, to) ->
                                (order.indexOf(from) - middle) * (order.indexOf(to) - middle) < 0),
                order,
                "n%d is the only bridge between %s and %s"
                        .formatted(
                                order.get(middle),
                                Scene.names(order.subList(0, middle)),
                                Scene.names(order.subList(middle + 1, order.size()))));
    }

    private static Fault random(Arena arena, RandomGenerator random)
            throws IOException, InterruptedException {
        int leader = Scene.leader(arena, random);
        int follower = Scene.any(Scene.allBut(arena, leader), random);
        // One link on which something is said for sure, so that there is a trace.
        var sure = new Wire(leader, follower);
        var wires =
                Wire.where(
                        arena.size(),
                        (from, to) ->
                                random.nextInt(100) < RANDOM_PERCENT
                                        || sure.equals(new Wire(from, to)));
        return cut(arena, wires, Scene.all(arena), "cut by chance: " + wires);
    }

    private static Fault cut(
            Arena arena, List<Wire> wires, List<Integer> targets, String description)
            throws IOException {
        return LinkFault.begin(
                arena,
                wires,
                targets,
                description,
                (links, wire) -> links.cut(wire.from(), wire.to()));
    }
}
