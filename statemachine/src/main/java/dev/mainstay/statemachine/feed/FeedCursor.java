package dev.mainstay.statemachine.feed;

import java.util.List;

/// One reader's place in a [Feed]. One thread at a time.
public interface FeedCursor extends AutoCloseable {

    /// What comes next: never a part of a revision, at most about `bytesMax` bytes (one revision at
    /// least), empty when there is nothing newer yet. Reads the disk when the reader has fallen
    /// behind what memory holds: then call it from a thread that may block.
    ///
    /// @throws CompactedException the KV floor has passed the cursor; it is over
    List<Revised> next(long bytesMax) throws CompactedException;

    /// Whether [#next] can be answered from memory now.
    boolean isNear();

    /// The revision that the next batch begins with, or a later one if that one changes nothing.
    long at();

    @Override
    void close();
}
