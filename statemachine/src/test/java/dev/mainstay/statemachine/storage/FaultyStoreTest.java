package dev.mainstay.statemachine.storage;

import static dev.mainstay.statemachine.storage.Bytes.keys;
import static dev.mainstay.statemachine.storage.Bytes.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class FaultyStoreTest {

    /// Writes a, flush, b, flush, c: which keys are left when the n-th operation breaks.
    private static final String[] LEFT_BY_FAILURE = {"", "", "a", "a", "ab"};

    private static final String[] LEFT_BY_CUT = {"", "a", "a", "ab", "ab"};

    @Test
    void crash_leavesTheFlushedPrefix_whereverItIsCut() {
        for (int n = 1; n <= 5; n++) {
            var cut = FaultyStore.over(new MemoryByteStore()).cutAfter(n);
            assertThat(leftBy(cut)).as("cut after %d", n).isEqualTo(LEFT_BY_CUT[n - 1]);

            var failing = FaultyStore.over(new MemoryByteStore()).failAt(n);
            assertThat(leftBy(failing)).as("failed at %d", n).isEqualTo(LEFT_BY_FAILURE[n - 1]);
        }
    }

    @Test
    void brokenStore_refusesWrites_andStillReads() {
        var store = FaultyStore.over(new MemoryByteStore()).failAt(2);
        put(store, Family.CURRENT, "a", "1");

        assertThatThrownBy(() -> put(store, Family.CURRENT, "b", "1"))
                .isInstanceOf(StorageFailure.class);
        assertThatThrownBy(store::flush).isInstanceOf(StorageFailure.class);
        assertThat(keys(store, Family.CURRENT, "", null, false)).containsExactly("a");
        assertThat(store.isBroken()).isTrue();
        assertThat(store.writes()).isEqualTo(2);
        assertThat(store.flushes()).isEqualTo(1);
    }

    private static String leftBy(FaultyStore store) {
        assertThatThrownBy(() -> work(store)).isInstanceOf(StorageFailure.class);
        store.close();
        return String.join("", keys(store.crash(), Family.CURRENT, "", null, false));
    }

    private static void work(ByteStore store) {
        put(store, Family.CURRENT, "a", "1");
        store.flush();
        put(store, Family.CURRENT, "b", "1");
        store.flush();
        put(store, Family.CURRENT, "c", "1");
    }
}
