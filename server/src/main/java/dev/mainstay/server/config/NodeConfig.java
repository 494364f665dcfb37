package dev.mainstay.server.config;

import java.nio.file.Path;
import java.time.Duration;

/// Everything that one node is told. Produced and checked by [ConfigLoader]; the rest of the node
/// takes it as true.
///
/// @param name the node's name, unique in the cluster
/// @param directory the data directory, absolute
/// @param listen where the ports are bound
/// @param advertise how other machines reach this node
/// @param group number of the group that the data directory must belong to; 0 = any
public record NodeConfig(
        String name,
        Path directory,
        Listen listen,
        Advertise advertise,
        Raft raft,
        Retention retention,
        Limits limits,
        Memory memory,
        Http http,
        long group) {

    /// Host and ports to bind: SQL, gRPC (+1), Raft (+2), HTTP (+3).
    public record Listen(String host, int sqlPort, int grpcPort, int raftPort, int httpPort) {}

    /// Host and ports to tell others; the ports are those of [Listen] unless set.
    public record Advertise(String host, int sqlPort, int grpcPort, int raftPort, int httpPort) {}

    public record Raft(
            Duration electionTimeout,
            Duration freshnessInterval,
            Duration diskStallTimeout,
            long segmentBytesMax,
            long keptEntries,
            long checkpointBytes,
            long diskReserveBytes,
            long checkpointRateBytes) {}

    public record Retention(Duration history, long historyBytes, Duration outcome, long outcomes) {}

    /// @param requestBytesMax etcd's limit on one request, 1.5 MiB by default
    /// @param txnOpsMax etcd's limit on the operations of one transaction list, 128 by default
    /// @param requestTimeout how long a write or strict read may wait for a leader
    /// @param connectionsMax connections accepted on the gRPC port
    public record Limits(
            int requestBytesMax, int txnOpsMax, Duration requestTimeout, int connectionsMax) {}

    /// Native memory of the store.
    ///
    /// @param blockCacheBytes blocks of files kept uncompressed, all families together
    /// @param writeBufferBytes writes kept in memory before a flush, all families together
    public record Memory(long blockCacheBytes, long writeBufferBytes) {}

    /// @param connectionsMax connections accepted on the HTTP port
    public record Http(int connectionsMax) {}
}
