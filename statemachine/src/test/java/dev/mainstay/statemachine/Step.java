package dev.mainstay.statemachine;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;

/// What happens to a store in a model test.
sealed interface Step {

    /// Clients send commands, which become one entry.
    ///
    /// @param authors the choices that each command follows from
    record Entry(List<List<Integer>> authors) implements Step {}

    /// The process ends without warning, and another opens what is on the disk.
    ///
    /// @param replayed how many entries it applies again before the next step
    record Crash(int replayed) implements Step {}

    /// A checkpoint is written, and takes the store's place.
    record Restore() implements Step {}

    /// @param turns how often garbage is collected
    record Collect(int turns) implements Step {}

    /// Everything goes to disk, and the sums are computed anew.
    record Flush() implements Step {}

    static Arbitrary<Step> any() {
        var choices =
                Arbitraries.integers()
                        .between(0, Integer.MAX_VALUE)
                        .withDistribution(RandomDistribution.uniform())
                        .withoutEdgeCases()
                        .list()
                        .ofMinSize(12)
                        .ofMaxSize(60);
        Arbitrary<Step> entries = choices.list().ofMinSize(1).ofMaxSize(5).map(Entry::new);
        return Arbitraries.frequencyOf(
                        Tuple.of(40, entries),
                        Tuple.of(
                                1,
                                Arbitraries.integers()
                                        .between(0, 30)
                                        .map(n -> (Step) new Crash(n))),
                        Tuple.of(1, Arbitraries.of(new Restore())),
                        Tuple.of(12, Arbitraries.integers().between(1, 4).map(Collect::new)),
                        Tuple.of(2, Arbitraries.of(new Flush())))
                .withoutEdgeCases();
    }
}
