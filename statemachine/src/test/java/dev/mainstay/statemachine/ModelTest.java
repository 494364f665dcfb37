package dev.mainstay.statemachine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.mainstay.statemachine.feed.ChangeFeed;
import dev.mainstay.statemachine.feed.CompactedException;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import dev.mainstay.statemachine.mvcc.Keyspace;
import dev.mainstay.statemachine.mvcc.Marks;
import dev.mainstay.statemachine.mvcc.ReadView;
import dev.mainstay.statemachine.mvcc.Version;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Random logs on a store and on the model: same verdicts, answers, states, changes.
class ModelTest {

    private static final KeyRange ALL = new KeyRange(Key.copyOf(), null);
    private static final KeyRange ALL_KV = new KeyRange(Key.copyOf(Keyspace.KV), Keyspace.kvEnd());

    @TempDir private Path directory;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void aStore_doesWhatTheModelDoes(long seed) throws CompactedException {
        run(seed, new LogOfEntries(seed, 250, 3), Medium.memory());
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 51})
    void aStoreOnDisk_doesWhatTheModelDoes_withTheSameDigests(long seed) throws CompactedException {
        var log = new LogOfEntries(seed, 250, 3);
        run(seed, log, Medium.rocks(directory));
        var digests = List.copyOf(log.digests);
        log.digests.clear();

        run(seed + 1, log, Medium.memory());

        assertThat(log.digests).isEqualTo(digests);
    }

    /// Large settings make the LSN pass the 64 MB after which changes are forgotten.
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {101, 102})
    void aStore_doesWhatTheModelDoes_whenTheRecentBoundMoves(long seed) throws CompactedException {
        var log = new LogOfEntries(seed, 300, 5 << 20);

        run(seed, log, Medium.memory());

        assertThat(log.model.historyFloor).isPositive();
    }

    /// Long form: more seeds, longer logs.
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("manySeeds")
    @Tag("long")
    void aStore_doesWhatTheModelDoes_manyTimes(long seed) throws CompactedException {
        run(seed, new LogOfEntries(seed, 500, 3), Medium.memory());
    }

    static LongStream manySeeds() {
        return LongStream.range(1_000, 1_500);
    }

    private void run(long seed, LogOfEntries log, Medium medium) throws CompactedException {
        var random = new SplittableRandom(seed);
        var feed = new ChangeFeed(random.nextInt(20_000));
        var settings = new StoreSettings(1 + random.nextInt(20));
        var store = MvccStore.open(medium.bytes(), feed, settings);
        Map<Long, Integer> hashes = new HashMap<>();
        for (int index = 0; index < log.size(); index++) {
            var results = log.apply(store, index);
            assertThat(Text.of(results))
                    .as("entry %d", index)
                    .isEqualTo(Text.of(log.results.get(index)));
            log.digests.add(store.digest());
            hashes.put(store.digest().revision(), store.digest().hashKv());
            while (random.nextInt(3) == 0 && store.collectGarbage()) {}
            if (random.nextInt(40) == 0) {
                assertThat(store.recomputeDigest()).isEqualTo(store.digest());
                store.flush();
            }
            if (random.nextInt(60) == 0) {
                if (random.nextBoolean()) {
                    medium.crash();
                } else {
                    var checkpoint = directory.resolve("checkpoint" + seed + "-" + index);
                    assertThat(store.writeCheckpoint(checkpoint)).isEqualTo(store.position());
                    medium.restore(checkpoint);
                }
                store = MvccStore.open(medium.bytes(), feed, settings);
                index = (int) store.position().index();
                assertThat(store.digest())
                        .isEqualTo(index < 0 ? Digests.kept(Marks.EMPTY) : log.digests.get(index));
                log.digests.subList(index + 1, log.digests.size()).clear();
            }
        }
        compare(store, log.model, hashes);
        compareFeed(feed, store, log.model);
        while (store.collectGarbage()) {}
        compare(store, log.model, hashes);
        compareFeed(feed, store, log.model);
        assertThat(store.digest()).isEqualTo(log.digests.getLast());
        store.close();
    }

    static void compare(Store store, Model model, Map<Long, Integer> hashes) {
        assertThat(store.recomputeDigest()).isEqualTo(store.digest());
        try (var view = store.openReadView()) {
            assertThat(view.position().revision()).isEqualTo(model.revision());
            assertThat(view.kvFloor()).isEqualTo(model.kvFloor);
            assertThat(view.historyFloor()).isEqualTo(model.historyFloor);
            for (long r = Math.max(1, view.kvFloor()); r <= model.revision(); r++) {
                var state = model.states.get((int) r);
                compareStates(view, r, ALL_KV, ModelTxn.within(state, ALL_KV));
                if (hashes.containsKey(r)) {
                    assertThat(store.hashKv(view, r)).isEqualTo(hashes.get(r));
                }
            }
            compareLeases(view, model);
        }
    }

    private static void compareStates(
            ReadView view, long revision, KeyRange range, SortedMap<Key, Version> expected) {
        for (boolean descending : new boolean[] {false, true}) {
            var found = new TreeMap<Key, Version>();
            view.scan(
                    range,
                    revision,
                    descending,
                    (key, version) -> {
                        var beyond = descending ? found.headMap(key, true) : found.tailMap(key);
                        assertThat(beyond).as("order at %s", key).isEmpty();
                        found.put(key, version);
                        return true;
                    });
            assertThat(Text.of(found)).as("at %d", revision).isEqualTo(Text.of(expected));
        }
        assertThat(view.count(range, revision)).isEqualTo(expected.size());
        for (var key : expected.keySet()) {
            assertThat(Text.of(view.get(key, revision))).isEqualTo(Text.of(expected.get(key)));
        }
    }

    private static void compareLeases(ReadView view, Model model) {
        var leases =
                view.leases().stream()
                        .collect(
                                Collectors.toMap(
                                        ReadView.LeaseState::id, ReadView.LeaseState::ttlSeconds));
        assertThat(leases).isEqualTo(model.leases);
        for (long lease : model.leases.keySet()) {
            assertThat(view.leaseKeys(lease)).isEqualTo(model.keysOf(lease));
        }
        assertThat(view.settings("")).hasSameSizeAs(model.settings.keySet());
        for (var setting : view.settings("")) {
            assertThat(setting.value()).isEqualTo(model.settings.get(setting.name()));
        }
        long floor = Math.max(1, view.historyFloor());
        for (long r = Math.max(floor, view.kvFloor()); r <= model.revision(); r++) {
            compareStates(view, r, ALL, model.states.get((int) r));
        }
    }

    /// Old values that are no longer readable may be missing, nothing else.
    private static void compareFeed(ChangeFeed feed, Store store, Model model)
            throws CompactedException {
        long from = Math.max(2, model.kvFloor);
        var cursor = feed.open(from);
        long expected = from;
        for (var batch = cursor.next(300); !batch.isEmpty(); batch = cursor.next(300)) {
            for (var revised : batch) {
                var wanted = model.feed.get((int) expected - 2);
                var text = Text.of(revised);
                if (expected > model.kvFloor) {
                    assertThat(text).isEqualTo(Text.of(wanted));
                }
                assertThat(text.replaceAll(": \\S+ ->", ""))
                        .isEqualTo(Text.of(wanted).replaceAll(": \\S+ ->", ""));
                expected++;
            }
        }
        assertThat(expected).isEqualTo(store.position().revision() + 1);
        if (model.kvFloor > 2) {
            var below = feed.open(model.kvFloor - 1);
            assertThat(catchThrowable(() -> below.next(1))).isInstanceOf(CompactedException.class);
        }
    }
}
