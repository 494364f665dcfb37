package dev.mainstay.statemachine.feed;

import java.util.List;

/// Where a feed reads what it no longer has in memory. Any thread.
public interface ChangeSource {

    /// The revisions from `from` to at most `to`, in order: about `bytesMax` bytes, one revision at
    /// least, and never a part of one.
    ///
    /// @throws CompactedException `from` lies below the KV floor of the state that was read
    List<Revised> read(long from, long to, long bytesMax) throws CompactedException;
}
