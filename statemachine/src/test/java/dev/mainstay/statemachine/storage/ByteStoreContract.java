package dev.mainstay.statemachine.storage;

import static dev.mainstay.statemachine.storage.Bytes.bytes;
import static dev.mainstay.statemachine.storage.Bytes.keys;
import static dev.mainstay.statemachine.storage.Bytes.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What every [ByteStore] must do.
abstract class ByteStoreContract {

    @TempDir Path directory;

    ByteStore store;

    /// An empty store.
    abstract ByteStore open();

    /// The store that a crash at this moment would leave.
    abstract ByteStore crash() throws IOException;

    abstract ByteStore openCheckpoint(Path image);

    @BeforeEach
    void openStore() {
        store = open();
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @Test
    void get_returnsWhatWasPut_perFamily() {
        put(store, Family.CURRENT, "a", "1");
        put(store, Family.META, "a", "2");

        assertThat(store.get(Family.CURRENT, bytes("a"))).isEqualTo(bytes("1"));
        assertThat(store.get(Family.META, bytes("a"))).isEqualTo(bytes("2"));
        assertThat(store.get(Family.LEASE, bytes("a"))).isNull();
    }

    @Test
    void keys_areOrderedAsUnsignedBytes() {
        try (var batch = store.newBatch()) {
            for (int first : new int[] {0xFF, 0x80, 0x00, 0x7F}) {
                batch.put(Family.HISTORY, new byte[] {(byte) first}, new byte[0]);
            }
            batch.put(Family.HISTORY, new byte[] {0x7F, 0}, new byte[0]);
            batch.put(Family.HISTORY, new byte[0], new byte[0]);
            store.write(batch);
        }

        try (var cursor = store.scan(Family.HISTORY, new byte[0], null, false)) {
            for (var key : new String[] {"", "00", "7f", "7f00", "80", "ff"}) {
                assertThat(cursor.next()).isTrue();
                assertThat(cursor.key()).asHexString().isEqualToIgnoringCase(key);
            }
            assertThat(cursor.next()).isFalse();
        }
    }

    @Test
    void scan_takesItsLowerBound_andNotItsUpper_inBothDirections() {
        for (var key : List.of("a", "b", "c", "d")) {
            put(store, Family.CURRENT, key, key);
        }

        assertThat(keys(store, Family.CURRENT, "b", "d", false)).containsExactly("b", "c");
        assertThat(keys(store, Family.CURRENT, "b", "d", true)).containsExactly("c", "b");
        assertThat(keys(store, Family.CURRENT, "bb", "cc", false)).containsExactly("c");
        assertThat(keys(store, Family.CURRENT, "bb", "cc", true)).containsExactly("c");
        assertThat(keys(store, Family.CURRENT, "c", null, false)).containsExactly("c", "d");
        assertThat(keys(store, Family.CURRENT, "c", null, true)).containsExactly("d", "c");
        assertThat(keys(store, Family.CURRENT, "", null, true)).containsExactly("d", "c", "b", "a");
    }

    @Test
    void scan_ofAnEmptyRange_isEmpty() {
        put(store, Family.CURRENT, "b", "1");

        for (boolean descending : new boolean[] {false, true}) {
            assertThat(keys(store, Family.CURRENT, "b", "b", descending)).isEmpty();
            assertThat(keys(store, Family.CURRENT, "c", "a", descending)).isEmpty();
            assertThat(keys(store, Family.CURRENT, "a", "b", descending)).isEmpty();
            assertThat(keys(store, Family.CURRENT, "c", null, descending)).isEmpty();
            assertThat(keys(store, Family.STAGE, "", null, descending)).isEmpty();
        }
    }

    @Test
    void cursor_staysAtItsEnd() {
        put(store, Family.CURRENT, "a", "1");

        try (var cursor = store.scan(Family.CURRENT, bytes("a"), null, false)) {
            assertThatThrownBy(cursor::key).isInstanceOf(IllegalStateException.class);
            assertThat(cursor.next()).isTrue();
            assertThat(cursor.next()).isFalse();
            assertThat(cursor.next()).isFalse();
            assertThatThrownBy(cursor::value).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void cursor_seesTheStateInWhichItWasOpened() {
        put(store, Family.CURRENT, "a", "1");
        put(store, Family.CURRENT, "c", "1");

        try (var cursor = store.scan(Family.CURRENT, bytes(""), null, false)) {
            assertThat(cursor.next()).isTrue();
            put(store, Family.CURRENT, "b", "2");
            put(store, Family.CURRENT, "c", "2");
            assertThat(cursor.next()).isTrue();

            assertThat(cursor.key()).isEqualTo(bytes("c"));
            assertThat(cursor.value()).isEqualTo(bytes("1"));
        }
    }

    @Test
    void deleteRange_deletesExactlyItsRange() {
        for (var key : List.of("a", "b", "bb", "c")) {
            put(store, Family.CURRENT, key, key);
            put(store, Family.STAGE, key, key);
        }
        try (var batch = store.newBatch()) {
            batch.deleteRange(Family.CURRENT, bytes("b"), bytes("c"));
            batch.deleteRange(Family.STAGE, bytes("a"), bytes("bb"));
            batch.deleteRange(Family.STAGE, bytes("c"), bytes("a"));
            batch.put(Family.STAGE, bytes("b"), bytes("again"));
            store.write(batch);
        }

        assertThat(keys(store, Family.CURRENT, "", null, false)).containsExactly("a", "c");
        assertThat(keys(store, Family.STAGE, "", null, false)).containsExactly("b", "bb", "c");
    }

    @Test
    void snapshot_isNotChangedByLaterWrites() {
        put(store, Family.CURRENT, "a", "1");
        put(store, Family.CURRENT, "b", "1");

        try (var snapshot = store.openSnapshot()) {
            put(store, Family.CURRENT, "a", "2");
            put(store, Family.CURRENT, "c", "2");
            try (var batch = store.newBatch()) {
                batch.deleteRange(Family.CURRENT, bytes("b"), bytes("c"));
                store.write(batch);
            }
            store.flush();

            assertThat(snapshot.get(Family.CURRENT, bytes("a"))).isEqualTo(bytes("1"));
            assertThat(snapshot.get(Family.CURRENT, bytes("c"))).isNull();
            assertThat(keys(snapshot, Family.CURRENT, "", null, false)).containsExactly("a", "b");
            assertThat(keys(snapshot, Family.CURRENT, "a", "c", true)).containsExactly("b", "a");
            assertThat(keys(store, Family.CURRENT, "", null, false)).containsExactly("a", "c");
        }
    }

    @Test
    void snapshotAndCursor_outliveTheStore() {
        put(store, Family.CURRENT, "a", "1");
        var snapshot = store.openSnapshot();
        var cursor = snapshot.scan(Family.CURRENT, bytes(""), bytes("z"), false);
        store.close();

        assertThat(snapshot.get(Family.CURRENT, bytes("a"))).isEqualTo(bytes("1"));
        snapshot.close();
        assertThat(cursor.next()).isTrue();
        assertThat(cursor.value()).isEqualTo(bytes("1"));
        cursor.close();
    }

    @Test
    void batch_isWrittenOnlyByWrite_inItsOrder_andIsReusable() {
        try (var batch = store.newBatch()) {
            batch.put(Family.CURRENT, bytes("a"), bytes("1"));
            batch.delete(Family.CURRENT, bytes("a"));
            batch.put(Family.CURRENT, bytes("b"), bytes("1"));
            batch.put(Family.CURRENT, bytes("b"), bytes("2"));
            assertThat(keys(store, Family.CURRENT, "", null, false)).isEmpty();
            assertThat(batch.count()).isEqualTo(4);
            assertThat(batch.bytes()).isPositive();
            store.write(batch);
            assertThat(keys(store, Family.CURRENT, "", null, false)).containsExactly("b");
            assertThat(store.get(Family.CURRENT, bytes("b"))).isEqualTo(bytes("2"));

            batch.clear();
            assertThat(batch.count()).isZero();
            store.write(batch);
            batch.put(Family.META, bytes("c"), bytes("3"));
            store.write(batch);
        }

        assertThat(keys(store, Family.CURRENT, "", null, false)).containsExactly("b");
        assertThat(keys(store, Family.META, "", null, false)).containsExactly("c");
    }

    @Test
    void batch_keepsItsOwnCopies() {
        var key = bytes("a");
        var value = bytes("1");
        try (var batch = store.newBatch()) {
            batch.put(Family.CURRENT, key, value);
            key[0] = 'x';
            value[0] = 'x';
            store.write(batch);
        }

        var read = store.get(Family.CURRENT, bytes("a"));
        assertThat(read).isEqualTo(bytes("1"));
        Arrays.fill(read, (byte) 0);
        assertThat(store.get(Family.CURRENT, bytes("a"))).isEqualTo(bytes("1"));
    }

    @Test
    void values_mayBeEmpty_orLarge() {
        var large = new byte[2 << 20];
        new SplittableRandom(1).nextBytes(large);
        try (var batch = store.newBatch()) {
            batch.put(Family.CURRENT, bytes("empty"), new byte[0]);
            batch.put(Family.HISTORY, bytes("large"), large);
            batch.put(Family.HISTORY, large, bytes("large key"));
            store.write(batch);
        }
        store.flush();

        assertThat(store.get(Family.CURRENT, bytes("empty"))).isEmpty();
        assertThat(store.get(Family.HISTORY, bytes("large"))).isEqualTo(large);
        assertThat(store.get(Family.HISTORY, large)).isEqualTo(bytes("large key"));
    }

    @Test
    void crash_losesWhatWasNotFlushed_inAllFamilies() throws IOException {
        try (var batch = store.newBatch()) {
            batch.put(Family.CURRENT, bytes("a"), bytes("1"));
            batch.put(Family.META, bytes("a"), bytes("1"));
            store.write(batch);
        }
        store.flush();
        put(store, Family.CURRENT, "b", "2");
        put(store, Family.META, "a", "2");

        try (var left = crash()) {
            assertThat(keys(left, Family.CURRENT, "", null, false)).containsExactly("a");
            assertThat(left.get(Family.META, bytes("a"))).isEqualTo(bytes("1"));
        }
    }

    @Test
    void close_makesEverythingDurable() throws IOException {
        put(store, Family.CURRENT, "a", "1");
        put(store, Family.STAGE, "b", "1");
        store.close();

        try (var left = crash()) {
            assertThat(keys(left, Family.CURRENT, "", null, false)).containsExactly("a");
            assertThat(keys(left, Family.STAGE, "", null, false)).containsExactly("b");
        }
    }

    @Test
    void checkpoint_holdsWhatWasNotFlushed_andNothingLater() {
        put(store, Family.CURRENT, "a", "1");
        put(store, Family.META, "b", "1");
        var image = directory.resolve("image");
        store.checkpoint(image);
        put(store, Family.CURRENT, "c", "2");

        try (var opened = openCheckpoint(image)) {
            assertThat(keys(opened, Family.CURRENT, "", null, false)).containsExactly("a");
            assertThat(keys(opened, Family.META, "", null, false)).containsExactly("b");
        }
    }

    @Test
    void checkpoint_intoAnExistingDirectory_failsAndLeavesItAlone() throws IOException {
        var image = Files.createDirectory(directory.resolve("image"));

        assertThatThrownBy(() -> store.checkpoint(image))
                .isInstanceOf(StorageFailure.class)
                .hasMessageContaining(image.toString());
        assertThat(image).isEmptyDirectory();
        put(store, Family.CURRENT, "a", "still takes writes");
    }

    @Test
    void useAfterClose_throws() {
        var snapshot = store.openSnapshot();
        var cursor = store.scan(Family.CURRENT, bytes(""), null, false);
        var batch = store.newBatch();
        snapshot.close();
        cursor.close();
        batch.close();

        assertClosed(() -> snapshot.get(Family.CURRENT, bytes("a")));
        assertClosed(() -> snapshot.scan(Family.CURRENT, bytes("a"), null, false));
        assertClosed(cursor::next);
        assertClosed(cursor::key);
        assertClosed(() -> batch.put(Family.CURRENT, bytes("a"), bytes("1")));
        assertClosed(() -> store.write(batch));

        var openBatch = store.newBatch();
        store.close();
        assertClosed(() -> store.get(Family.CURRENT, bytes("a")));
        assertClosed(() -> store.scan(Family.CURRENT, bytes("a"), null, false));
        assertClosed(store::openSnapshot);
        assertClosed(() -> store.write(openBatch));
        assertClosed(store::flush);
        assertClosed(store::startFlush);
        assertClosed(() -> store.checkpoint(directory.resolve("late")));
        assertClosed(store::verify);
        assertClosed(store::gauges);
        cursor.close();
        snapshot.close();
        store.close();
    }

    @Test
    void readers_endWithAnException_whenTheStoreIsClosedUnderThem() throws Exception {
        for (int i = 0; i < 1000; i++) {
            put(store, Family.CURRENT, "key" + i, "value" + i);
        }
        var allRead = new CountDownLatch(4);
        try (var threads = Executors.newFixedThreadPool(4)) {
            var readers = new Future<?>[4];
            for (int i = 0; i < readers.length; i++) {
                readers[i] = threads.submit(() -> readUntilClosed(allRead));
            }
            allRead.await();
            store.close();
            for (var reader : readers) {
                reader.get();
            }
        }
    }

    @Test
    void gauges_countOpenSnapshots() {
        try (var first = store.openSnapshot();
                var second = store.openSnapshot()) {
            assertThat(first).isNotEqualTo(second);
            assertThat(store.gauges()).containsEntry("open_snapshots", 2L);
        }

        assertThat(store.gauges())
                .containsEntry("open_snapshots", 0L)
                .containsKeys("bytes_on_disk", "memtable_bytes", "cache_bytes");
    }

    /// Random batches, flushes, crashes and snapshots against a model of sorted maps.
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void store_doesWhatAModelDoes(long seed) throws IOException {
        var random = new SplittableRandom(seed);
        var model = new TreeMap<String, String>();
        var snapshots = new HashMap<ByteSnapshot, Map<String, String>>();
        for (int i = 0; i < 150; i++) {
            writeRandomBatch(random, model);
            switch (random.nextInt(6)) {
                case 0 -> store.flush();
                case 1 -> store.startFlush();
                case 2 -> snapshots.put(store.openSnapshot(), new TreeMap<>(model));
                default -> checkRandomScan(random, model);
            }
        }
        snapshots.forEach((snapshot, then) -> {
            assertThat(Bytes.entries(snapshot, Family.CURRENT)).isEqualTo(then);
            snapshot.close();
        });
        store.flush();
        try (var left = crash()) {
            assertThat(Bytes.entries(left, Family.CURRENT)).isEqualTo(model);
        }
        store.verify();
    }

    private void writeRandomBatch(SplittableRandom random, NavigableMap<String, String> model) {
        try (var batch = store.newBatch()) {
            for (int i = random.nextInt(10); i >= 0; i--) {
                var key = Bytes.randomKey(random);
                int kind = random.nextInt(12);
                if (kind == 0) {
                    var to = Bytes.randomKey(random);
                    batch.deleteRange(Family.CURRENT, bytes(key), bytes(to));
                    if (key.compareTo(to) < 0) {
                        model.subMap(key, to).clear();
                    }
                } else if (kind < 4) {
                    batch.delete(Family.CURRENT, bytes(key));
                    model.remove(key);
                } else {
                    var value = "v" + random.nextInt(1000);
                    batch.put(Family.CURRENT, bytes(key), bytes(value));
                    model.put(key, value);
                }
            }
            store.write(batch);
        }
    }

    private void checkRandomScan(SplittableRandom random, NavigableMap<String, String> model) {
        var from = Bytes.randomKey(random);
        var to = random.nextInt(4) == 0 ? null : Bytes.randomKey(random);
        NavigableMap<String, String> range = model.tailMap(from, true);
        if (to != null) {
            range = from.compareTo(to) < 0 ? model.subMap(from, true, to, false) : new TreeMap<>();
        }

        assertThat(keys(store, Family.CURRENT, from, to, false))
                .containsExactlyElementsOf(range.keySet());
        assertThat(keys(store, Family.CURRENT, from, to, true))
                .containsExactlyElementsOf(range.descendingKeySet());
    }

    private void readUntilClosed(CountDownLatch allRead) {
        var random = new SplittableRandom(7);
        for (int i = 0; ; i++) {
            try (var snapshot = store.openSnapshot()) {
                var key = bytes("key" + random.nextInt(1000));
                assertThat(store.get(Family.CURRENT, key)).isNotNull();
                assertThat(snapshot.get(Family.CURRENT, key)).isNotNull();
                try (var cursor = store.scan(Family.CURRENT, key, null, false)) {
                    assertThat(cursor.next()).isTrue();
                }
            } catch (IllegalStateException e) {
                assertThat(e).hasMessageContaining("closed");
                return;
            }
            if (i == 200) {
                allRead.countDown();
            }
        }
    }

    private static void assertClosed(org.assertj.core.api.ThrowableAssert.ThrowingCallable use) {
        assertThatThrownBy(use).isInstanceOf(IllegalStateException.class);
    }
}
