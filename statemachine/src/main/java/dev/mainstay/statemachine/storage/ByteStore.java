package dev.mainstay.statemachine.storage;

import java.nio.file.Path;
import java.util.Map;

/// An ordered, atomic byte store without a log of its own: what was written survives a crash only
/// once it was flushed, and always as a prefix of the batches, across all families.
///
/// Every failure of the disk is a [StorageFailure]; after one the store accepts no more writes.
public interface ByteStore extends ByteReader, AutoCloseable {

    ByteSnapshot openSnapshot();

    ByteBatch newBatch();

    /// Writes all of `batch` or nothing.
    void write(ByteBatch batch);

    /// Makes everything written so far durable; returns when it is.
    void flush();

    /// Starts making what is written so far durable, and returns at once.
    void startFlush();

    /// Writes an image of everything written so far into `directory`, which must not exist and must
    /// lie on the same file system. What is in the image is durable.
    void checkpoint(Path directory);

    /// Checks every block of the files on disk against its checksum.
    void verify();

    /// Figures for monitoring, by name: `bytes_on_disk`, `memtable_bytes`, `cache_bytes`,
    /// `open_snapshots`, …
    Map<String, Long> gauges();

    /// Closes once the last snapshot and cursor is closed; what was written is flushed first.
    @Override
    void close();
}
