package dev.mainstay.consensus;

import java.nio.file.Path;
import java.time.Duration;

/// What a member needs to know about itself and its disk.
///
/// @param directory the node's data directory; the log lives in `raft/`, `identity` and `bootstrap`
///   beside it
/// @param bindHost where Raft's own port listens
/// @param bindPort Raft's own port
/// @param electionTimeout the longest silence before a follower campaigns; the shortest is 0.6 of
///   it
/// @param diskStallTimeout how long a write of the log may hang before a leader gives up leadership
/// @param segmentBytesMax size at which a log segment is closed
/// @param keptEntries entries kept in the log behind the checkpoint, for followers that were away
/// @param checkpointBytes bytes of log after which the state is flushed and the log purged
/// @param diskReserveBytes free space below which writes are refused
public record LogSettings(
        Path directory,
        String bindHost,
        int bindPort,
        Duration electionTimeout,
        Duration diskStallTimeout,
        long segmentBytesMax,
        long keptEntries,
        long checkpointBytes,
        long diskReserveBytes) {}
