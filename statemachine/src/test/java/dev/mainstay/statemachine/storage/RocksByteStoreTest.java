package dev.mainstay.statemachine.storage;

import static dev.mainstay.statemachine.storage.Bytes.bytes;
import static dev.mainstay.statemachine.storage.Bytes.keys;
import static dev.mainstay.statemachine.storage.Bytes.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class RocksByteStoreTest extends ByteStoreContract {

    private static final RocksSettings SMALL =
            new RocksSettings(8 << 20, 2 << 20, 64 << 20, 128, 2);

    private int copies;

    @Override
    ByteStore open() {
        return RocksByteStore.open(directory.resolve("db"), SMALL);
    }

    /// What the killed process would have left is what lies on disk now.
    @Override
    ByteStore crash() throws IOException {
        var source = directory.resolve("db");
        while (true) {
            var copy = Files.createDirectory(directory.resolve("copy" + copies++));
            var before = sizes(source);
            try {
                for (var file : before.keySet()) {
                    Files.copy(file, copy.resolve(file.getFileName()));
                }
            } catch (NoSuchFileException _) {
                continue; // A compaction has just replaced it.
            }
            if (sizes(source).equals(before)) {
                return RocksByteStore.open(copy, SMALL);
            }
        }
    }

    @Override
    ByteStore openCheckpoint(Path image) {
        return RocksByteStore.open(image, SMALL);
    }

    @Test
    void openReadOnly_readsACheckpointWithoutTouchingIt() throws IOException {
        put(store, Family.META, "position", "7");
        var image = directory.resolve("image");
        store.checkpoint(image);
        var before = files(image, "");

        try (var opened = RocksByteStore.openReadOnly(image, SMALL);
                var snapshot = opened.openSnapshot()) {
            assertThat(opened.get(Family.META, bytes("position"))).isEqualTo(bytes("7"));
            assertThat(keys(snapshot, Family.META, "", null, false)).containsExactly("position");
            opened.verify();
            try (var batch = opened.newBatch()) {
                assertThatThrownBy(() -> opened.write(batch))
                        .isInstanceOf(IllegalStateException.class);
            }
            assertThatThrownBy(opened::flush).isInstanceOf(IllegalStateException.class);
        }

        assertThat(files(image, "")).isEqualTo(before);
    }

    @Test
    void open_failsInOneLine_whenSomebodyElseHasTheStoreOpen() {
        assertThatThrownBy(this::open)
                .isInstanceOf(StorageFailure.class)
                .hasMessageContaining(directory.resolve("db").toString())
                .hasMessageContaining("lock")
                .message()
                .hasLineCount(1);
    }

    @Test
    void open_failsInOneLine_whenTheDirectoryIsNone() throws IOException {
        var file = Files.writeString(directory.resolve("file"), "no directory");

        assertThatThrownBy(() -> RocksByteStore.open(file, SMALL))
                .isInstanceOf(StorageFailure.class)
                .hasMessageContaining(file.toString())
                .message()
                .hasLineCount(1);
    }

    @Test
    void openReadOnly_fails_whereThereIsNoStore() {
        var nowhere = directory.resolve("nowhere");

        assertThatThrownBy(() -> RocksByteStore.openReadOnly(nowhere, SMALL))
                .isInstanceOf(StorageFailure.class);
        assertThat(nowhere).doesNotExist();
    }

    @Test
    void open_fails_whenAFileIsMissing() throws IOException {
        put(store, Family.CURRENT, "a", "1");
        store.close();
        Files.delete(files(directory.resolve("db"), ".sst").getFirst());

        assertThatThrownBy(this::open).isInstanceOf(StorageFailure.class);
    }

    @Test
    void damage_isFoundByVerify_andByReads() throws IOException {
        fillWithNoise(store, 400);
        store.close();
        var file = files(directory.resolve("db"), ".sst").getFirst();
        var content = Files.readAllBytes(file);
        content[content.length / 2] ^= 1;
        Files.write(file, content);
        store = open();

        assertThatThrownBy(() -> keys(store, Family.CURRENT, "", null, false))
                .isInstanceOf(StorageFailure.class)
                .hasMessageContaining("CURRENT");
        assertThatThrownBy(store::verify)
                .isInstanceOf(StorageFailure.class)
                .hasMessageContaining("damaged");
        assertThatThrownBy(() -> getAll(store, 400)).isInstanceOf(StorageFailure.class);
    }

    @Test
    void startFlush_makesDurableWithoutWaiting() throws IOException {
        fillWithNoise(store, 10);
        store.startFlush();
        Await.until(() -> gauge("bytes_on_disk") > 0);
        Await.until(() -> gauge("running_flushes") == 0);

        try (var left = crash()) {
            assertThat(keys(left, Family.CURRENT, "", null, false)).hasSize(10);
        }
    }

    @Test
    void startFlush_mayComeFasterThanFlushesAreDone() throws IOException {
        for (int i = 0; i < 100; i++) {
            for (var family : Family.values()) {
                put(store, family, "key" + i, "value");
            }
            store.startFlush();
        }
        put(store, Family.CURRENT, "last", "value");
        store.flush();

        try (var left = crash()) {
            assertThat(keys(left, Family.CURRENT, "", null, false)).hasSize(101);
        }
    }

    @Test
    void flushesByThemselves_keepFamiliesTogether() throws IOException {
        for (int i = 0; i < 3000; i++) {
            try (var batch = store.newBatch()) {
                batch.put(Family.CURRENT, bytes("key" + i), new byte[2000]);
                batch.put(Family.META, bytes("last"), bytes("" + (i + 1)));
                batch.put(Family.CHANGES, bytes("key" + i), bytes(""));
                store.write(batch);
            }
        }
        Await.until(() -> gauge("running_flushes") == 0);

        try (var left = crash()) {
            int count = CrashWriter.last(left);
            assertThat(count).isPositive();
            assertThat(keys(left, Family.CURRENT, "", null, false)).hasSize(count);
            assertThat(keys(left, Family.CHANGES, "", null, false)).hasSize(count);
        }
    }

    @Test
    void files_areAllClosed_afterTheLastReader() throws IOException {
        for (int i = 0; i < 20; i++) {
            fillWithNoise(store, 10);
            var snapshot = store.openSnapshot();
            var cursor = snapshot.scan(Family.CURRENT, bytes(""), null, false);
            assertThat(cursor.next()).isTrue();
            store.close();
            snapshot.close();
            assertThat(openFiles()).isNotEmpty();
            cursor.close();
            assertThat(openFiles()).isEmpty();
            store = open();
        }
    }

    @Test
    void nativeCode_isLoadedFromAFileThatIsGone() throws IOException {
        try (var maps = Files.lines(Path.of("/proc/self/maps"))) {
            assertThat(maps.filter(line -> line.contains("librocksdbjni")))
                    .isNotEmpty()
                    .allSatisfy(line -> assertThat(line).endsWith("(deleted)"));
        }
    }

    private long gauge(String name) {
        return store.gauges().getOrDefault(name, -1L);
    }

    private List<String> openFiles() throws IOException {
        var found = new ArrayList<String>();
        try (var handles = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (var handle : handles) {
                try {
                    found.add(Files.readSymbolicLink(handle).toString());
                } catch (NoSuchFileException _) {
                    // The handle of this very listing, or another that was closed meanwhile.
                }
            }
        }
        found.removeIf(file -> !file.startsWith(directory.toString()));
        return found;
    }

    private static List<Path> files(Path directory, String end) throws IOException {
        try (var files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(end)).sorted().toList();
        }
    }

    private static Map<Path, Long> sizes(Path directory) throws IOException {
        var sizes = new TreeMap<Path, Long>();
        for (var file : files(directory, "")) {
            // 0 for one that has just gone.
            sizes.put(file, file.toFile().length());
        }
        return sizes;
    }

    private static void fillWithNoise(ByteStore store, int count) {
        var random = new SplittableRandom(1);
        try (var batch = store.newBatch()) {
            for (int i = 0; i < count; i++) {
                var value = new byte[1000];
                random.nextBytes(value);
                batch.put(Family.CURRENT, bytes("key" + i), value);
            }
            store.write(batch);
        }
    }

    private static void getAll(ByteReader reader, int count) {
        for (int i = 0; i < count; i++) {
            assertThat(reader.get(Family.CURRENT, bytes("key" + i))).isNotNull();
        }
    }
}
