package dev.mainstay.server.group;

import dev.mainstay.server.StoreFiles;
import dev.mainstay.statemachine.LeaseListener;
import dev.mainstay.statemachine.MvccStore;
import dev.mainstay.statemachine.Store;
import dev.mainstay.statemachine.StoreSettings;
import dev.mainstay.statemachine.feed.ChangeFeed;
import dev.mainstay.statemachine.mvcc.Position;
import dev.mainstay.statemachine.storage.ByteBatch;
import dev.mainstay.statemachine.storage.ByteCursor;
import dev.mainstay.statemachine.storage.ByteSnapshot;
import dev.mainstay.statemachine.storage.ByteStore;
import dev.mainstay.statemachine.storage.Family;
import dev.mainstay.statemachine.storage.RocksByteStore;
import dev.mainstay.statemachine.storage.RocksSettings;
import dev.mainstay.statemachine.storage.StorageFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// What can go wrong with a member's store, and the stores with which it does. Any thread.
final class Faults {

    private static final RocksSettings SMALL = new RocksSettings(8 << 20, 4 << 20, 64 << 20, 64, 1);

    private volatile boolean failsWrites;
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private final AtomicInteger atTheGate = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();

    /// From now on the disk takes nothing more.
    void failWrites() {
        failsWrites = true;
    }

    /// Checkpoints that arrive wait until the latch is open.
    void holdCheckpoints(CountDownLatch until) {
        gate = until;
    }

    /// How many checkpoints have arrived.
    int arrivedCheckpoints() {
        return atTheGate.get();
    }

    /// How many stores have been closed; the last view may still be open.
    int closedStores() {
        return closed.get();
    }

    GroupStateMachine.StoreOpener stores(ChangeFeed feed, LeaseListener leases) {
        var files = new StoreFiles(SMALL, feed, leases);
        return new GroupStateMachine.StoreOpener() {

            @Override
            public Store open(Path directory, Runnable gone) {
                return MvccStore.open(
                        new Breakable(RocksByteStore.open(directory, SMALL, gone)),
                        feed,
                        StoreSettings.DEFAULT,
                        leases);
            }

            @Override
            public Position verify(Path image) throws IOException {
                atTheGate.incrementAndGet();
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                return files.verify(image);
            }
        };
    }

    private final class Breakable implements ByteStore {

        private final ByteStore bytes;

        Breakable(ByteStore bytes) {
            this.bytes = bytes;
        }

        private void check() {
            if (failsWrites) {
                throw new StorageFailure("no space left on device");
            }
        }

        @Override
        public void write(ByteBatch batch) {
            check();
            bytes.write(batch);
        }

        @Override
        public void flush() {
            check();
            bytes.flush();
        }

        @Override
        public void startFlush() {
            bytes.startFlush();
        }

        @Override
        public byte @Nullable [] get(Family family, byte[] key) {
            return bytes.get(family, key);
        }

        @Override
        public ByteCursor scan(
                Family family, byte[] from, byte @Nullable [] to, boolean descending) {
            return bytes.scan(family, from, to, descending);
        }

        @Override
        public ByteSnapshot openSnapshot() {
            return bytes.openSnapshot();
        }

        @Override
        public ByteBatch newBatch() {
            return bytes.newBatch();
        }

        @Override
        public void checkpoint(Path directory) {
            bytes.checkpoint(directory);
        }

        @Override
        public void verify() {
            bytes.verify();
        }

        @Override
        public Map<String, Long> gauges() {
            return bytes.gauges();
        }

        @Override
        public void close() {
            closed.incrementAndGet();
            bytes.close();
        }
    }
}
