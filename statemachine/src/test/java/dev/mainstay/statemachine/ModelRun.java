package dev.mainstay.statemachine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.statemachine.feed.ChangeFeed;
import dev.mainstay.statemachine.feed.CompactedException;
import dev.mainstay.statemachine.mvcc.Marks;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// One store on its way through the steps of a model test, compared with the model at each entry.
final class ModelRun {

    private final LogOfEntries log;
    private final Medium medium;
    private final Path directory;
    private final ChangeFeed feed;
    private final StoreSettings settings;
    private final Map<Long, Integer> hashes = new HashMap<>();
    private int checkpoints;
    private MvccStore store;

    /// @param shape small or large: how much the feed keeps in memory, how much garbage goes at
    ///   once
    ModelRun(LogOfEntries log, Medium medium, Path directory, int shape) {
        this.log = log;
        this.medium = medium;
        this.directory = directory;
        feed = new ChangeFeed(shape);
        settings = new StoreSettings(1 + shape % 20);
        store = MvccStore.open(medium.bytes(), feed, settings);
    }

    /// Takes all steps and compares what is there at the end; closes the store.
    void take(List<Step> steps) throws CompactedException {
        try {
            for (var step : steps) {
                take(step);
            }
            replay(Integer.MAX_VALUE);
            compareAll();
            while (store.collectGarbage()) {}
            compareAll();
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\nwith the log\n" + log, e);
        } finally {
            store.close();
        }
    }

    private void take(Step step) {
        switch (step) {
            case Step.Entry(var authors) -> {
                log.append(authors.stream().map(Choices::of).toList());
                replay(Integer.MAX_VALUE);
            }
            case Step.Crash(int replayed) -> {
                medium.crash();
                reopen();
                replay(replayed);
            }
            case Step.Restore() -> {
                var checkpoint = directory.resolve("checkpoint" + ++checkpoints);
                assertThat(store.writeCheckpoint(checkpoint)).isEqualTo(store.position());
                medium.restore(checkpoint);
                reopen();
            }
            case Step.Collect(int turns) -> {
                for (int i = 0; i < turns && store.collectGarbage(); i++) {}
            }
            case Step.Flush() -> {
                assertThat(store.recomputeDigest()).isEqualTo(store.digest());
                store.flush();
            }
        }
    }

    /// What was there is a prefix of the log, whole, and the same as the first time.
    private void reopen() {
        store = MvccStore.open(medium.bytes(), feed, settings);
        int index = (int) store.position().index();
        assertThat(store.digest())
                .isEqualTo(index < 0 ? Digests.kept(Marks.EMPTY) : log.digests.get(index));
    }

    private void replay(int entriesMax) {
        int next = (int) store.position().index() + 1;
        for (int n = 0; n < entriesMax && next < log.size(); n++, next++) {
            var results = log.apply(store, next);
            assertThat(Text.of(results))
                    .as("entry %d", next)
                    .isEqualTo(Text.of(log.results.get(next)));
            if (next == log.digests.size()) {
                log.digests.add(store.digest());
            }
            assertThat(store.digest()).as("entry %d", next).isEqualTo(log.digests.get(next));
            hashes.put(store.digest().revision(), store.digest().hashKv());
        }
    }

    private void compareAll() throws CompactedException {
        Comparison.compare(store, log.model, hashes);
        Comparison.compareFeed(feed, store, log.model);
    }
}
