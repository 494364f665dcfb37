package dev.mainstay.statemachine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.statemachine.feed.ChangeFeed;
import dev.mainstay.statemachine.mvcc.Marks;
import dev.mainstay.statemachine.storage.FaultyStore;
import dev.mainstay.statemachine.storage.MemoryByteStore;
import dev.mainstay.statemachine.storage.StorageFailure;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The disk fails, or the process ends, at every single write, flush and checkpoint in turn: what
/// is left is the state of some entry, whole, and replay from there comes to the same end.
class CrashTest {

    private static final int ENTRIES = 50;
    private static final StoreSettings SETTINGS = new StoreSettings(7);

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {21, 22})
    void aFailedWrite_leavesAWholeState(long seed) {
        everyBreak(seed, true);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {31, 32})
    void anEndOfTheProcess_leavesAWholeState(long seed) {
        everyBreak(seed, false);
    }

    private static void everyBreak(long seed, boolean fails) {
        var log = new LogOfEntries(seed, ENTRIES, 3);
        var whole = FaultyStore.over(new MemoryByteStore());
        run(MvccStore.open(whole, new ChangeFeed(1000), SETTINGS), log, true);
        for (long n = 1; n <= whole.operations(); n++) {
            var bytes = FaultyStore.over(new MemoryByteStore());
            if (fails) {
                bytes.failAt(n);
            } else {
                bytes.cutAfter(n);
            }
            var feed = new ChangeFeed(1000);
            var store = MvccStore.open(bytes, feed, SETTINGS);
            breakOff(store, log, n);
            assertThat(bytes.isBroken()).isTrue();
            // Readers of the broken store still see one state, and which.
            assertIsOf(log, store);

            var left = MvccStore.open(bytes.crash(), feed, SETTINGS);

            assertIsOf(log, left);
            run(left, log, false);
            assertThat(left.digest()).isEqualTo(log.digests.getLast());
            if (n % 8 == 0) {
                Comparison.compare(left, log.model, Map.of());
            }
        }
    }

    private static void assertIsOf(LogOfEntries log, Store store) {
        var digest = store.recomputeDigest();
        int at = (int) digest.index();
        assertThat(digest).isEqualTo(at < 0 ? Digests.kept(Marks.EMPTY) : log.digests.get(at));
    }

    private static void breakOff(Store store, LogOfEntries log, long n) {
        try {
            run(store, log, false);
        } catch (StorageFailure e) {
            return;
        }
        throw new AssertionError("nothing broke at operation " + n);
    }

    private static void run(Store store, LogOfEntries log, boolean isFirst) {
        for (int index = (int) store.position().index() + 1; index < log.size(); index++) {
            var results = log.apply(store, index);
            assertThat(Text.of(results)).isEqualTo(Text.of(log.results.get(index)));
            if (isFirst) {
                log.digests.add(store.digest());
            }
            if (index % 5 == 0) {
                store.collectGarbage();
            }
            if (index % 7 == 0) {
                store.flush();
            }
        }
    }
}
