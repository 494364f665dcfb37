package dev.mainstay.server;

import dev.mainstay.server.config.NodeConfig;
import dev.mainstay.server.group.GroupStateMachine;
import dev.mainstay.statemachine.LeaseListener;
import dev.mainstay.statemachine.MvccStore;
import dev.mainstay.statemachine.Store;
import dev.mainstay.statemachine.StoreSettings;
import dev.mainstay.statemachine.feed.ChangeFeed;
import dev.mainstay.statemachine.mvcc.MalformedBytesException;
import dev.mainstay.statemachine.mvcc.Position;
import dev.mainstay.statemachine.storage.RocksByteStore;
import dev.mainstay.statemachine.storage.RocksSettings;
import dev.mainstay.statemachine.storage.StorageFailure;
import java.io.IOException;
import java.nio.file.Path;

/// Opens the state on disk.
public final class StoreFiles implements GroupStateMachine.StoreOpener {

    private final RocksSettings settings;
    private final ChangeFeed feed;
    private final LeaseListener leases;

    StoreFiles(NodeConfig.Memory memory, ChangeFeed feed, LeaseListener leases) {
        this(settings(memory), feed, leases);
    }

    public StoreFiles(RocksSettings settings, ChangeFeed feed, LeaseListener leases) {
        this.settings = settings;
        this.feed = feed;
        this.leases = leases;
    }

    private static RocksSettings settings(NodeConfig.Memory memory) {
        var usual = RocksSettings.DEFAULT;
        // The write buffers are charged to the cache.
        return new RocksSettings(
                memory.blockCacheBytes() + memory.writeBufferBytes(),
                memory.writeBufferBytes(),
                usual.writeRateMax(),
                usual.openFilesMax(),
                usual.backgroundJobsMax());
    }

    @Override
    public Store open(Path directory, Runnable gone) {
        return MvccStore.open(
                RocksByteStore.open(directory, settings, gone),
                feed,
                StoreSettings.DEFAULT,
                leases);
    }

    @Override
    public Position verify(Path image) throws IOException {
        try {
            return check(image);
        } catch (StorageFailure | MalformedBytesException e) {
            // The sender's disk, not ours: no reason for this node to end.
            throw new IOException("the checkpoint is damaged: " + e.getMessage(), e);
        }
    }

    private Position check(Path image) throws IOException {
        var bytes = RocksByteStore.openReadOnly(image, settings);
        // A feed of its own: nobody may hear of a state that is only looked at.
        try (var store =
                MvccStore.open(
                        bytes, new ChangeFeed(1), StoreSettings.DEFAULT, LeaseListener.NONE)) {
            bytes.verify();
            var kept = store.digest();
            var computed = store.recomputeDigest();
            if (kept.state() != computed.state()) {
                throw new IOException(
                        "the checkpoint does not match its own digest at log index "
                                + kept.index());
            }
            return store.position();
        }
    }
}
