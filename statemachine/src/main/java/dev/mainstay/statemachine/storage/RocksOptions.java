package dev.mainstay.statemachine.storage;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Logger;
import org.rocksdb.RateLimiter;
import org.rocksdb.RateLimiterMode;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/// The options of one RocksDB, and what they refer to; closed after it.
final class RocksOptions implements AutoCloseable {

    private static final long KB = 1 << 10;
    private static final long MB = 1 << 20;

    /// What must be freed, newest first.
    private final Deque<AutoCloseable> owned = new ArrayDeque<>();

    final LRUCache cache;
    final DBOptions database;
    final List<ColumnFamilyDescriptor> families;

    RocksOptions(RocksSettings settings) {
        RocksLibrary.load();
        cache = own(new LRUCache(settings.cacheBytes(), 4, false, 0.5));
        database = own(new DBOptions());
        var writeBuffers = own(new WriteBufferManager(settings.writeBufferBytes(), cache));
        setDatabase(settings, writeBuffers);
        var tables = tables(own(new BloomFilter(10, false)));
        families = new ArrayList<>();
        for (var family : Family.values()) {
            var options = own(new ColumnFamilyOptions());
            setFamily(options, settings, tables);
            if (isReadByKey(family)) {
                // A filter over the memtable: a key that it does not hold, the common case when a
                // new key is written, costs no search.
                options.setMemtablePrefixBloomSizeRatio(0.02).setMemtableWholeKeyFiltering(true);
            }
            families.add(new ColumnFamilyDescriptor(nameOf(family), options));
        }
    }

    @Override
    public void close() {
        while (!owned.isEmpty()) {
            try {
                owned.pop().close();
            } catch (Exception e) {
                throw new AssertionError("freeing options cannot fail", e);
            }
        }
    }

    /// A journal that keeps nothing; call it before opening.
    Logger silentLogger() {
        return own(
                new Logger(InfoLogLevel.HEADER_LEVEL) {
                    @Override
                    protected void log(InfoLogLevel level, String message) {}
                });
    }

    private void setDatabase(RocksSettings settings, WriteBufferManager writeBuffers) {
        database.setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                // Without a log of its own, only this keeps the families of one batch together.
                .setAtomicFlush(true)
                .setWriteBufferManager(writeBuffers)
                .setMaxBackgroundJobs(settings.backgroundJobsMax())
                .setMaxOpenFiles(settings.openFilesMax())
                .setBytesPerSync(MB)
                .setRateLimiter(rateLimiter(settings))
                // Files are deleted in the background, not by a reader that closes a cursor.
                .setAvoidUnnecessaryBlockingIO(true)
                .setSkipStatsUpdateOnDbOpen(true)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setMaxLogFileSize(4 * MB)
                .setKeepLogFileNum(5);
        // There is one writer, so what lets several write at a time only costs.
        database.setAllowConcurrentMemtableWrite(false)
                .setEnableWriteThreadAdaptiveYield(false)
                .setEnablePipelinedWrite(false)
                .setTwoWriteQueues(false);
    }

    private RateLimiter rateLimiter(RocksSettings settings) {
        return own(
                new RateLimiter(
                        settings.writeRateMax(),
                        100_000,
                        RateLimiter.DEFAULT_FAIRNESS,
                        RateLimiterMode.WRITES_ONLY,
                        true));
    }

    private BlockBasedTableConfig tables(BloomFilter filter) {
        return new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setBlockSize(16 * KB)
                .setFilterPolicy(filter)
                .setCacheIndexAndFilterBlocks(true)
                .setPinL0FilterAndIndexBlocksInCache(true);
    }

    private static void setFamily(
            ColumnFamilyOptions options, RocksSettings settings, BlockBasedTableConfig tables) {
        options.setTableFormatConfig(tables)
                // The write buffer manager's bound starts flushes; these bound what may pile up
                // while a flush is slower than the writes: half as much again, then writes wait.
                .setWriteBufferSize(settings.writeBufferBytes() / 2)
                .setMaxWriteBufferNumber(3)
                // Eight families that hold little must not reserve eight megabytes.
                .setArenaBlockSize(256 * KB)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setBottommostCompressionType(CompressionType.ZSTD_COMPRESSION)
                .setLevelCompactionDynamicLevelBytes(true);
    }

    private static boolean isReadByKey(Family family) {
        return switch (family) {
            case CURRENT, OUTCOME, LEASE -> true;
            case HISTORY, CHANGES, OUTCOME_AGE, STAGE, META -> false;
        };
    }

    // RocksDB always has a family of its own, which becomes ours with the most records: its
    // records in a batch are a byte shorter.
    private static byte[] nameOf(Family family) {
        return family == Family.CURRENT
                ? RocksDB.DEFAULT_COLUMN_FAMILY
                : family.name().getBytes(StandardCharsets.US_ASCII);
    }

    private <T extends AutoCloseable> T own(T object) {
        owned.push(object);
        return object;
    }
}
