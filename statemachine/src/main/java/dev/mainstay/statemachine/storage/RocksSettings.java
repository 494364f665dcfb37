package dev.mainstay.statemachine.storage;

/// What may differ between nodes without changing what a store holds.
///
/// @param cacheBytes the block cache, which the write buffers are charged to
/// @param writeBufferBytes all write buffers together; reaching it starts a flush of all families
/// @param writeRateMax bytes per second that flushes and compactions write at most; RocksDB goes
///   lower while it can, so that the log's fsync is not starved
/// @param openFilesMax files that are kept open
/// @param backgroundJobsMax flushes and compactions at one time
public record RocksSettings(
        long cacheBytes,
        long writeBufferBytes,
        long writeRateMax,
        int openFilesMax,
        int backgroundJobsMax) {

    private static final long MB = 1 << 20;

    /// For a node with two cores and little memory.
    public static final RocksSettings DEFAULT =
            new RocksSettings(64 * MB, 32 * MB, 64 * MB, 512, 2);

    public RocksSettings {
        if (writeBufferBytes < MB || cacheBytes < writeBufferBytes) {
            throw new IllegalArgumentException(
                    "cache %d must hold write buffers %d, at least 1 MB"
                            .formatted(cacheBytes, writeBufferBytes));
        }
        if (writeRateMax < MB || openFilesMax < 64 || backgroundJobsMax < 1) {
            throw new IllegalArgumentException(
                    "too little: write rate %d, open files %d, background jobs %d"
                            .formatted(writeRateMax, openFilesMax, backgroundJobsMax));
        }
    }
}
