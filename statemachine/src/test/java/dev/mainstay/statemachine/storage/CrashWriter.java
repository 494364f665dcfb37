package dev.mainstay.statemachine.storage;

import static dev.mainstay.statemachine.storage.Bytes.bytes;

import java.nio.file.Path;
import java.util.SplittableRandom;

/// A process that writes numbered batches until it is killed, and prints the number of the last
/// batch after each flush.
///
/// Batch n puts key n into three families, deletes key n - [#KEPT] from them, by key or by range,
/// and notes n in a fourth.
final class CrashWriter {

    static final RocksSettings SETTINGS = new RocksSettings(8 << 20, 1 << 20, 64 << 20, 128, 2);

    static final int KEPT = 500;

    private CrashWriter() {}

    public static void main(String[] args) {
        var store = RocksByteStore.open(Path.of(args[0]), SETTINGS);
        var random = new SplittableRandom(Long.parseLong(args[1]));
        System.out.println(last(store));
        for (int n = last(store) + 1; ; n++) {
            write(store, n, new byte[random.nextInt(2000)]);
            if (random.nextInt(100) == 0) {
                store.startFlush();
            } else if (random.nextInt(50) == 0) {
                store.flush();
                System.out.println(n);
            }
        }
    }

    static int last(ByteReader store) {
        var last = Bytes.entries(store, Family.META).get("last");
        return last == null ? 0 : Integer.parseInt(last);
    }

    static String key(int n) {
        return "%08d".formatted(n);
    }

    private static void write(ByteStore store, int n, byte[] value) {
        try (var batch = store.newBatch()) {
            batch.put(Family.META, bytes("last"), bytes(Integer.toString(n)));
            for (var family : new Family[] {Family.CURRENT, Family.CHANGES, Family.OUTCOME}) {
                batch.put(family, bytes(key(n)), value);
                if (n > KEPT && family == Family.CHANGES) {
                    batch.deleteRange(family, bytes(key(n - KEPT)), bytes(key(n - KEPT + 1)));
                } else if (n > KEPT) {
                    batch.delete(family, bytes(key(n - KEPT)));
                }
            }
            store.write(batch);
        }
    }
}
