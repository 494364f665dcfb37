package dev.mainstay.statemachine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.mainstay.statemachine.feed.ChangeFeed;
import dev.mainstay.statemachine.feed.CompactedException;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import dev.mainstay.statemachine.mvcc.Keyspace;
import dev.mainstay.statemachine.mvcc.ReadView;
import dev.mainstay.statemachine.mvcc.Version;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Everything that can be read from a store, at every revision, against what the model has.
final class Comparison {

    private static final KeyRange ALL = new KeyRange(Key.copyOf(), null);
    private static final KeyRange ALL_KV = new KeyRange(Key.copyOf(Keyspace.KV), Keyspace.kvEnd());

    private Comparison() {}

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
    static void compareFeed(ChangeFeed feed, Store store, Model model) throws CompactedException {
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
