package dev.mainstay.server;

import dev.mainstay.server.config.NodeConfig;
import dev.mainstay.server.group.GroupStateMachine;
import dev.mainstay.statemachine.LeaseListener;
import dev.mainstay.statemachine.MvccStore;
import dev.mainstay.statemachine.Store;
import dev.mainstay.statemachine.StoreSettings;
import dev.mainstay.statemachine.feed.ChangeFeed;
import dev.mainstay.statemachine.mvcc.Position;
import dev.mainstay.statemachine.storage.RocksByteStore;
import dev.mainstay.statemachine.storage.RocksSettings;
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
    public Store open(Path directory) {
        return MvccStore.open(
                RocksByteStore.open(directory, settings), feed, StoreSettings.DEFAULT, leases);
    }

    @Override
    public Position verify(Path image) throws IOException {
        // A feed of its own: nobody may hear of a state that is only looked at.
        try (var store =
                MvccStore.open(
                        RocksByteStore.open(image, settings),
                        new ChangeFeed(1),
                        StoreSettings.DEFAULT,
                        LeaseListener.NONE)) {
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
