package dev.mainstay.jepsen.nemesis;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Links between nodes that are slow, lossy, or come and go.
final class LinkFaults {

    private static final String FAMILY = "link";
    private static final int DELAY_MILLIS_MIN = 5;
    private static final int DELAY_MILLIS_MAX = 100;
    private static final int LOSS_PERCENT_MAX = 30;
    // From less than an election timeout to more.
    private static final int FLAP_MILLIS_MIN = 150;
    private static final int FLAP_MILLIS_MAX = 1_200;

    private LinkFaults() {}

    static List<Nemesis> all() {
        return List.of(
                link("delay", "all links are slow and uneven", LinkFaults::delay),
                link("loss", "all links lose packets", LinkFaults::loss),
                link(
                                "flap",
                                "the leader's links come and go around the election timeout",
                                LinkFaults::flap)
                        .taking(_ -> 1));
    }

    static Optional<String> noLinks(Arena arena) {
        return arena.links().isPresent()
                ? Optional.empty()
                : Optional.of("the links of this cluster are not in our hands");
    }

    private static Recipe link(String kind, String about, Recipe.Doing doing) {
        return Recipe.of(FAMILY, kind, about, doing)
                .on(Recipe.LINKS)
                .taking(_ -> 0)
                .unless(LinkFaults::noLinks);
    }

    private static Fault delay(Arena arena, RandomGenerator random) throws IOException {
        var delay = Duration.ofMillis(random.nextInt(DELAY_MILLIS_MIN, DELAY_MILLIS_MAX));
        var jitter = Duration.ofMillis(random.nextLong(delay.toMillis() + 1));
        return LinkFault.begin(
                arena,
                Wire.where(arena.size(), (_, _) -> true),
                Scene.all(arena),
                "delay %d ms, jitter %d ms".formatted(delay.toMillis(), jitter.toMillis()),
                (links, wire) -> links.delay(wire.from(), wire.to(), delay, jitter));
    }

    private static Fault loss(Arena arena, RandomGenerator random) throws IOException {
        var percent = random.nextInt(1, LOSS_PERCENT_MAX + 1);
        return LinkFault.begin(
                arena,
                Wire.where(arena.size(), (_, _) -> true),
                Scene.all(arena),
                "loss of %d %%".formatted(percent),
                (links, wire) -> links.lose(wire.from(), wire.to(), percent));
    }

    private static Fault flap(Arena arena, RandomGenerator random)
            throws IOException, InterruptedException {
        var links = arena.links().orElseThrow();
        int leader = Scene.leader(arena, random);
        var wires = Wire.where(arena.size(), (from, to) -> from == leader || to == leader);
        var before = Wire.hindered(links, wires);
        var term = Scene.term(arena);
        var meanwhile =
                Meanwhile.start(stop -> {
                    var cuts = 0;
                    while (!stop.isAsked()) {
                        for (var wire : wires) {
                            links.cut(wire.from(), wire.to());
                        }
                        cuts++;
                        stop.await(random.nextInt(FLAP_MILLIS_MIN, FLAP_MILLIS_MAX));
                        links.heal();
                        stop.await(random.nextInt(FLAP_MILLIS_MIN, FLAP_MILLIS_MAX));
                    }
                    return cuts;
                });
        return new Ongoing(
                List.of(leader),
                "the links of n%d, the leader, come and go".formatted(leader),
                () -> {
                    // A cut shorter than the leader's silence leaves no trace: wait for one.
                    var isTraced =
                            Scene.await(Duration.ofSeconds(5), () -> isMore(links, wires, before));
                    var cuts = meanwhile.end(Duration.ofSeconds(10));
                    links.heal();
                    return new Fault.Evidence(
                            isTraced,
                            "%d cuts, %d pieces hindered, %s"
                                    .formatted(
                                            cuts,
                                            Wire.hindered(links, wires) - before,
                                            Scene.terms(term, arena)));
                });
    }

    private static boolean isMore(Links links, List<Wire> wires, long than) {
        try {
            return Wire.hindered(links, wires) > than;
        } catch (IOException e) {
            return false;
        }
    }
}
