package dev.mainstay.statemachine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.statemachine.feed.CompactedException;
import dev.mainstay.statemachine.storage.Scratch;
import java.io.IOException;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tag;
import net.jqwik.api.statistics.Statistics;

/// Random logs on a store and on the model: same verdicts, answers, states, changes, also when the
/// process ends in between and replays, or goes on from a checkpoint.
///
/// A failure is shrunk step by step and choice by choice, and the log that is left is printed. The
/// seeds are fixed, except in the long form; every run prints its own.
class ModelTest {

    private static final int SMALL = 3;

    @Property(seed = "20261122", tries = 60)
    void aStore_doesWhatTheModelDoes(@ForAll("steps") List<Step> steps, @ForAll("shape") int shape)
            throws IOException, CompactedException {
        runInMemory(steps, shape, SMALL);
    }

    @Property(seed = "20261123", tries = 10)
    void aStoreOnDisk_doesWhatTheModelDoes_withTheSameDigests(
            @ForAll("steps") List<Step> steps, @ForAll("shape") int shape)
            throws IOException, CompactedException {
        runOnDisk(steps, shape);
    }

    /// Large settings make the LSN pass the 64 MB after which changes are forgotten.
    @Property(seed = "20261124", tries = 8)
    void aStore_doesWhatTheModelDoes_whenTheRecentBoundMoves(
            @ForAll("steps") List<Step> steps, @ForAll("shape") int shape)
            throws IOException, CompactedException {
        var log = runInMemory(steps, shape, 5 << 20);

        Statistics.collect(log.model.historyFloor > 0);
        Statistics.coverage(times -> times.check(true).count(n -> n > 1));
    }

    @Property(tries = 500)
    @Tag("long")
    void aStore_doesWhatTheModelDoes_manyTimes(
            @ForAll("steps") List<Step> steps, @ForAll("shape") int shape)
            throws IOException, CompactedException {
        runInMemory(steps, shape, SMALL);
    }

    @Property(tries = 60)
    @Tag("long")
    void aStoreOnDisk_doesWhatTheModelDoes_manyTimes(
            @ForAll("steps") List<Step> steps, @ForAll("shape") int shape)
            throws IOException, CompactedException {
        runOnDisk(steps, shape);
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        return Step.any()
                .list()
                .ofMaxSize(500)
                .withSizeDistribution(RandomDistribution.uniform())
                .withoutEdgeCases();
    }

    @Provide
    Arbitrary<Integer> shape() {
        return Arbitraries.integers().between(0, 20_000);
    }

    private static LogOfEntries runInMemory(List<Step> steps, int shape, int settingBytes)
            throws IOException, CompactedException {
        try (var scratch = new Scratch()) {
            var log = new LogOfEntries(settingBytes);
            new ModelRun(log, Medium.memory(), scratch.path(), shape).take(steps);
            return log;
        }
    }

    private static void runOnDisk(List<Step> steps, int shape)
            throws IOException, CompactedException {
        try (var scratch = new Scratch()) {
            var log = new LogOfEntries(SMALL);
            new ModelRun(log, Medium.rocks(scratch.path()), scratch.path(), shape).take(steps);

            assertThat(runInMemory(steps, shape + 1, SMALL).digests).isEqualTo(log.digests);
        }
    }
}
