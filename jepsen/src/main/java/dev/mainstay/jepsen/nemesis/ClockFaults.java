package dev.mainstay.jepsen.nemesis;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Wall clocks that jump, run fast or slow, or jump to and fro all the time.
final class ClockFaults {

    private static final String FAMILY = "clock";
    private static final int JUMP_MIN_MILLIS = 100;
    private static final int JUMP_MAX_MILLIS = 300_000;
    private static final int DRIFT_MAX_PPM = 100_000;
    private static final int STROBE_MAX_MILLIS = 5_000;
    private static final int STROBE_EVERY_MILLIS = 100;
    // Until the process has looked at its clock.
    private static final Duration LOOK = Duration.ofSeconds(10);
    private static final Duration STROBE_END = Duration.ofSeconds(30);

    private ClockFaults() {}

    static List<Nemesis> all() {
        return List.of(
                recipe("jump", "a node's wall clock jumps by 100 ms to 300 s", ClockFaults::jump),
                recipe("drift", "a node's wall clock runs up to 10 % off", ClockFaults::drift),
                recipe("strobe", "a node's wall clock jumps to and fro", ClockFaults::strobe));
    }

    private static Nemesis recipe(String kind, String about, Recipe.Doing doing) {
        return Recipe.of(FAMILY, kind, about, doing).on(FAMILY).unless(ClockFaults::obstacle);
    }

    private static Optional<String> obstacle(Arena arena) {
        return arena.clocks().isPresent()
                ? Optional.empty()
                : Optional.of("the clocks of these nodes are not in our hands");
    }

    private static Fault jump(Arena arena, RandomGenerator random)
            throws IOException, InterruptedException {
        return jump(
                arena,
                Scene.any(Scene.running(arena), random),
                either(random, upTo(random, JUMP_MIN_MILLIS, JUMP_MAX_MILLIS)));
    }

    static Fault jump(Arena arena, int node, Duration offset)
            throws IOException, InterruptedException {
        var clocks = arena.clocks().orElseThrow();
        clocks.shift(node, offset);
        var isSeen = Scene.await(LOOK, () -> seen(clocks, node).equals(offset));
        return new Ongoing(
                List.of(node),
                "the clock of n%d is off by %d ms".formatted(node, offset.toMillis()),
                () -> {
                    clocks.shift(node, Duration.ZERO);
                    return new Fault.Evidence(
                            isSeen,
                            isSeen ? "its process saw it" : "its process did not look at it");
                });
    }

    private static Fault drift(Arena arena, RandomGenerator random) throws IOException {
        int node = Scene.any(Scene.running(arena), random);
        var clocks = arena.clocks().orElseThrow();
        var rate = random.nextInt(1, DRIFT_MAX_PPM + 1) * (random.nextBoolean() ? 1 : -1);
        clocks.drift(node, rate);
        return new Ongoing(
                List.of(node),
                "the clock of n%d gains %d ppm".formatted(node, rate),
                () -> {
                    var isSeen =
                            Scene.await(
                                    LOOK,
                                    () ->
                                            Long.signum(seen(clocks, node).toNanos())
                                                    == Integer.signum(rate));
                    var offset = seen(clocks, node);
                    clocks.drift(node, 0);
                    return new Fault.Evidence(
                            isSeen, "its process saw it off by %d ms".formatted(offset.toMillis()));
                });
    }

    private static Fault strobe(Arena arena, RandomGenerator random) {
        int node = Scene.any(Scene.running(arena), random);
        var clocks = arena.clocks().orElseThrow();
        var offset = either(random, upTo(random, JUMP_MIN_MILLIS, STROBE_MAX_MILLIS));
        var meanwhile = Meanwhile.start(stop -> flip(clocks, node, offset, stop));
        return new Ongoing(
                List.of(node),
                "the clock of n%d jumps by %d ms and back".formatted(node, offset.toMillis()),
                () -> {
                    var seen = meanwhile.end(STROBE_END);
                    return new Fault.Evidence(seen > 0, "its process saw %d jumps".formatted(seen));
                });
    }

    /// Answers how many jumps the process saw; leaves the clock right.
    private static int flip(Clocks clocks, int node, Duration offset, Meanwhile.Stop stop)
            throws IOException, InterruptedException {
        var seen = 0;
        try {
            while (!stop.isAsked()) {
                clocks.shift(node, offset);
                stop.await(STROBE_EVERY_MILLIS);
                seen += clocks.offset(node).equals(offset) ? 1 : 0;
                clocks.shift(node, Duration.ZERO);
                stop.await(STROBE_EVERY_MILLIS);
            }
            return seen;
        } finally {
            clocks.shift(node, Duration.ZERO);
        }
    }

    private static Duration seen(Clocks clocks, int node) {
        try {
            return clocks.offset(node);
        } catch (IOException e) {
            return Duration.ZERO;
        }
    }

    /// As many small ones as large ones, whatever small means.
    private static Duration upTo(RandomGenerator random, int least, int most) {
        var exponent = random.nextDouble(Math.log(least), Math.log(most));
        return Duration.ofMillis(Math.round(Math.exp(exponent)));
    }

    private static Duration either(RandomGenerator random, Duration size) {
        return random.nextBoolean() ? size : size.negated();
    }
}
