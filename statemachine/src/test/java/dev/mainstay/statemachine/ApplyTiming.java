package dev.mainstay.statemachine;

import dev.mainstay.statemachine.command.Command.KvTxn;
import dev.mainstay.statemachine.command.CommandCodec;
import dev.mainstay.statemachine.command.KvOp;
import dev.mainstay.statemachine.command.TxnId;
import dev.mainstay.statemachine.feed.ChangeFeed;
import dev.mainstay.statemachine.mvcc.Keyspace;
import dev.mainstay.statemachine.storage.ByteBatch;
import dev.mainstay.statemachine.storage.ByteCursor;
import dev.mainstay.statemachine.storage.ByteSnapshot;
import dev.mainstay.statemachine.storage.ByteStore;
import dev.mainstay.statemachine.storage.Family;
import dev.mainstay.statemachine.storage.RocksByteStore;
import dev.mainstay.statemachine.storage.RocksSettings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Prints what a put costs at apply, by part: `ApplyTiming [puts] [keys] [entry size]`. Not a test.
final class ApplyTiming {

    private ApplyTiming() {}

    public static void main(String[] args) throws IOException {
        int puts = args.length > 0 ? Integer.parseInt(args[0]) : 500_000;
        int keys = args.length > 1 ? Integer.parseInt(args[1]) : 100_000;
        int entrySize = args.length > 2 ? Integer.parseInt(args[2]) : 64;
        for (int round = 1; round <= 3; round++) {
            var directory = Files.createTempDirectory("apply-timing");
            var rocks = RocksByteStore.open(directory.resolve("db"), RocksSettings.DEFAULT);
            var timed = new Timed(rocks);
            var store = MvccStore.open(timed, new ChangeFeed(16 << 20), StoreSettings.DEFAULT);
            try (store) {
                run(store, timed, new Load(puts, keys, entrySize));
            }
            delete(directory);
        }
    }

    private record Load(int puts, int keys, int entrySize) {}

    private static void run(Store store, Timed timed, Load load) {
        var random = new SplittableRandom(1);
        long counter = 1L << TxnId.COUNTER_BITS;
        long applying = 0;
        long cpu = 0;
        var threads = ManagementFactory.getThreadMXBean();
        for (int index = 0; index < load.puts / load.entrySize; index++) {
            List<ByteBuffer> entry = new ArrayList<>();
            for (int i = 0; i < load.entrySize; i++) {
                entry.add(put(new TxnId(0, counter++), index, random, load.keys));
            }
            long cpuFrom = threads.getCurrentThreadCpuTime();
            long from = System.nanoTime();
            store.apply(index, 1, index, entry, _ -> true);
            applying += System.nanoTime() - from;
            cpu += threads.getCurrentThreadCpuTime() - cpuFrom;
        }
        double each = 1e-3 / load.puts;
        System.out.printf(
                "%d puts, %d keys: %.2f µs per put, %.2f of CPU;"
                        + " get %.2f, write %.2f, the rest %.2f; %.2f records per put%n",
                load.puts,
                load.keys,
                applying * each,
                cpu * each,
                timed.reading * each,
                timed.writing * each,
                (applying - timed.reading - timed.writing) * each,
                (double) timed.records / load.puts);
    }

    private static ByteBuffer put(TxnId id, int index, SplittableRandom random, int keys) {
        var key = "key-%010d".formatted(random.nextInt(keys)).getBytes(StandardCharsets.UTF_8);
        var value = new byte[100];
        random.nextBytes(value);
        var op = new KvOp.Put(Keyspace.kv(key), value, 0, false, false, false);
        var txn = new KvTxn(id, index + 1L, List.of(), List.of(op), List.of());
        return ByteBuffer.wrap(CommandCodec.encode(txn)).asReadOnlyBuffer();
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /// Adds up the time that gets and writes take.
    private static final class Timed implements ByteStore {

        private final ByteStore inner;
        private long reading;
        private long writing;
        private long records;

        private Timed(ByteStore inner) {
            this.inner = inner;
        }

        @Override
        public byte @Nullable [] get(Family family, byte[] key) {
            long from = System.nanoTime();
            var value = inner.get(family, key);
            reading += System.nanoTime() - from;
            return value;
        }

        @Override
        public ByteCursor scan(
                Family family, byte[] from, byte @Nullable [] to, boolean descending) {
            return inner.scan(family, from, to, descending);
        }

        @Override
        public ByteSnapshot openSnapshot() {
            return inner.openSnapshot();
        }

        @Override
        public ByteBatch newBatch() {
            return inner.newBatch();
        }

        @Override
        public void write(ByteBatch batch) {
            long from = System.nanoTime();
            records += batch.count();
            inner.write(batch);
            writing += System.nanoTime() - from;
        }

        @Override
        public void flush() {
            inner.flush();
        }

        @Override
        public void startFlush() {
            inner.startFlush();
        }

        @Override
        public void checkpoint(Path directory) {
            inner.checkpoint(directory);
        }

        @Override
        public void verify() {
            inner.verify();
        }

        @Override
        public Map<String, Long> gauges() {
            return inner.gauges();
        }

        @Override
        public void close() {
            inner.close();
        }
    }
}
