package dev.mainstay.statemachine.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/// Measures what the calls of a RocksDB store cost; run by hand, prints microseconds.
final class StorageTiming {

    private static final int KEYS = 100_000;

    private final SplittableRandom random = new SplittableRandom(1);
    private final byte[] value = new byte[100];
    private int sequence;

    private StorageTiming() {
        random.nextBytes(value);
    }

    public static void main(String[] args) throws IOException, RocksDBException {
        for (int round = 0; round < 2; round++) {
            var directory = Files.createTempDirectory("timing");
            System.out.println("round " + round);
            new StorageTiming().run(directory);
        }
    }

    private void run(Path directory) throws RocksDBException {
        for (int size : new int[] {4, 64, 1000}) {
            puts(directory.resolve("puts" + size), size);
        }
        try (var store = RocksByteStore.open(directory.resolve("read"), RocksSettings.DEFAULT)) {
            fill(store);
            reads("memtable", store);
            store.flush();
            reads("file", store);
            time("snapshot open + close", 100_000, n -> snapshots(store, n));
            System.out.println(store.gauges());
        }
        compacted(directory);
    }

    private void reads(String where, RocksByteStore store) throws RocksDBException {
        time("get hit, " + where, 200_000, n -> gets(store, n, "key"));
        time("get miss, " + where, 200_000, n -> gets(store, n, "kez"));
        time("scan of 10, " + where, 20_000, n -> scans(store, n, 10));
        time("scan of 1000, per entry, " + where, 200_000, n -> scans(store, n / 1000, 1000));
    }

    private void compacted(Path directory) throws RocksDBException {
        // Opened again: all from files.
        try (var store = RocksByteStore.open(directory.resolve("read"), RocksSettings.DEFAULT)) {
            reads("file, reopened", store);
        }
    }

    private void fill(ByteStore store) {
        try (var batch = store.newBatch()) {
            for (int i = 0; i < KEYS; i++) {
                batch.put(Family.CURRENT, key("key", i), value);
                if (batch.count() == 1000) {
                    store.write(batch);
                    batch.clear();
                }
            }
        }
    }

    private void gets(ByteStore store, int n, String prefix) {
        for (int i = 0; i < n; i++) {
            if (store.get(Family.CURRENT, key(prefix, random.nextInt(KEYS)))
                    != null
                    != prefix.equals("key")) {
                throw new AssertionError(prefix + " " + i);
            }
        }
    }

    private void scans(ByteStore store, int n, int length) {
        for (int i = 0; i < n; i++) {
            int from = random.nextInt(KEYS - length);
            try (var cursor =
                    store.scan(
                            Family.CURRENT, key("key", from), key("key", from + length), false)) {
                int seen = 0;
                while (cursor.next()) {
                    seen += cursor.key().length + cursor.value().length > 0 ? 1 : 0;
                }
                if (seen != length) {
                    throw new AssertionError(seen);
                }
            }
        }
    }

    private static void snapshots(ByteStore store, int n) {
        for (int i = 0; i < n; i++) {
            store.openSnapshot().close();
        }
    }

    /// Both ways in turn, into one database, in short rounds whose median counts: others use the
    /// machine too.
    private void puts(Path directory, int size) throws RocksDBException {
        var database = RocksDatabase.open(directory, settings(), false);
        var own = new double[101];
        var jni = new double[101];
        for (int i = 0; i < own.length; i++) {
            own[i] = micros(4_000, n -> writeOwn(database, size, n));
            jni[i] = micros(4_000, n -> writeJni(database, size, n));
        }
        Arrays.sort(own);
        Arrays.sort(jni);
        System.out.printf(
                "put in a batch of %4d: own %5.2f, JNI %5.2f (best %5.2f, %5.2f)%n",
                size, own[50], jni[50], own[0], jni[0]);
        database.lifetime.close();
    }

    private void writeOwn(RocksDatabase database, int size, int n) throws RocksDBException {
        try (var batch = new RocksBatch(database.ids())) {
            for (int i = 0; i < n; i += size) {
                fillOwn(batch, size);
                try (var nativeBatch = new WriteBatch(batch.serialized())) {
                    database.rocks.write(database.unlogged, nativeBatch);
                }
            }
        }
    }

    private void fillOwn(RocksBatch batch, int size) {
        batch.clear();
        for (int j = 0; j < size; j++) {
            batch.put(family(j), writtenKey(j), value);
        }
    }

    private void writeJni(RocksDatabase database, int size, int n) throws RocksDBException {
        try (var batch = new WriteBatch()) {
            for (int i = 0; i < n; i += size) {
                batch.clear();
                for (int j = 0; j < size; j++) {
                    batch.put(database.handle(family(j)), writtenKey(j), value);
                }
                database.rocks.write(database.unlogged, batch);
            }
        }
    }

    private static RocksSettings settings() {
        return new RocksSettings(256 << 20, 128 << 20, 64 << 20, 512, 2);
    }

    /// As a store writes: anywhere in two families, at the end of the others.
    private byte[] writtenKey(int i) {
        return key("key", i % 4 < 2 ? random.nextInt(KEYS) : sequence++);
    }

    private static Family family(int i) {
        return switch (i % 4) {
            case 0 -> Family.CURRENT;
            case 1 -> Family.HISTORY;
            case 2 -> Family.CHANGES;
            default -> Family.OUTCOME;
        };
    }

    private static byte[] key(String prefix, int i) {
        return (prefix + (1_000_000_000 + i)).getBytes(US_ASCII);
    }

    private static void time(String what, int n, Work work) throws RocksDBException {
        double best = Double.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            best = Math.min(best, micros(n / 5, work));
        }
        System.out.printf("%-40s %8.2f%n", what, best);
    }

    private static double micros(int n, Work work) throws RocksDBException {
        long start = System.nanoTime();
        work.run(n);
        return (System.nanoTime() - start) / 1000.0 / n;
    }

    private interface Work {
        void run(int n) throws RocksDBException;
    }
}
