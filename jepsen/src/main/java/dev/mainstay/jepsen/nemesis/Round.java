package dev.mainstay.jepsen.nemesis;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;

/// One fault, or two that overlap, as planned.
record Round(Planned first, Optional<Company> second, Duration rest) {

    /// @param random from which it chooses its victims, its own, so that what it does with it does
    ///   not change what comes later
    record Planned(Nemesis nemesis, Duration lasts, SplittableRandom random) {}

    /// @param after the begin of the first
    record Company(Planned planned, Duration after) {}

    /// Plans by chance alone: the same seed gives the same rounds, whatever happens meanwhile.
    ///
    /// Every nemesis has its turn before one has its second.
    static final class Planner {

        private final List<Nemesis> nemeses;
        private final Pace pace;
        private final int nodes;
        private final SplittableRandom random;
        private final ArrayDeque<Nemesis> deck = new ArrayDeque<>();

        Planner(List<Nemesis> nemeses, Pace pace, int nodes, long seed) {
            this.nemeses = List.copyOf(nemeses);
            this.pace = pace;
            this.nodes = nodes;
            this.random = new SplittableRandom(seed);
        }

        Round next() {
            var first = plan(draw());
            var overlaps = pace.overlaps(random);
            var partners = nemeses.stream().filter(other -> fits(first.nemesis(), other)).toList();
            if (!overlaps || partners.isEmpty()) {
                return new Round(first, Optional.empty(), pace.rest(random));
            }
            var second = plan(partners.get(random.nextInt(partners.size())));
            deck.remove(second.nemesis());
            var after = Duration.ofMillis(random.nextLong(first.lasts().toMillis() + 1));
            return new Round(first, Optional.of(new Company(second, after)), pace.rest(random));
        }

        private Planned plan(Nemesis nemesis) {
            return new Planned(nemesis, pace.fault(random), random.split());
        }

        private Nemesis draw() {
            if (deck.isEmpty()) {
                var order = new ArrayList<>(nemeses);
                Collections.shuffle(order, Random.from(random));
                deck.addAll(order);
            }
            return deck.remove();
        }

        private boolean fits(Nemesis one, Nemesis other) {
            return !one.worksOn().equals(other.worksOn())
                    && one.takes(nodes) + other.takes(nodes) <= (nodes - 1) / 2;
        }
    }
}
