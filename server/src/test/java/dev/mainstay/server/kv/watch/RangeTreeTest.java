package dev.mainstay.server.kv.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RangeTreeTest {

    private record Entry(KeyRange range, int item) {}

    /// The tree finds what looking at every range finds, after any additions and removals.
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void findsExactlyTheRangesThatHoldTheKey(long seed) {
        var random = new SplittableRandom(seed);
        var tree = new RangeTree<Integer>();
        var model = new ArrayList<Entry>();
        for (int step = 0; step < 500; step++) {
            if (model.isEmpty() || random.nextInt(3) > 0) {
                var entry = new Entry(range(random), step);
                model.add(entry);
                tree.add(entry.range(), entry.item());
            } else {
                var entry = model.remove(random.nextInt(model.size()));
                tree.remove(entry.range(), entry.item());
            }
            var key = key(random.nextInt(256));
            assertThat(found(tree, key)).containsExactlyInAnyOrderElementsOf(held(model, key));
        }
    }

    private static List<Integer> found(RangeTree<Integer> tree, Key key) {
        var found = new ArrayList<Integer>();
        tree.forEachHolding(key, found::add);
        return found;
    }

    private static List<Integer> held(List<Entry> model, Key key) {
        return model.stream().filter(e -> e.range().contains(key)).map(Entry::item).toList();
    }

    private static KeyRange range(SplittableRandom random) {
        int from = random.nextInt(255);
        return new KeyRange(
                key(from), random.nextInt(8) == 0 ? null : key(random.nextInt(from + 1, 256)));
    }

    private static Key key(int value) {
        return Key.copyOf((byte) value);
    }
}
