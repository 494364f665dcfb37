package dev.mainstay.server.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// All settings of a node: the one list that is loaded, checked and printed.
public final class Settings {

    private static final long KIB = 1024;
    private static final long MIB = 1024 * KIB;
    private static final long GIB = 1024 * MIB;
    private static final long TIB = 1024 * GIB;

    private static final Kind HOST = new Kind.Text("[^\\s:/]+|[0-9A-Fa-f:.]+", "a host or address");
    private static final Kind PORT = new Kind.Whole(1, 65_535);

    private static final Map<String, Setting> ALL = index(table());

    private Settings() {}

    /// Every setting by its key, in the order in which they are documented.
    public static Map<String, Setting> all() {
        return ALL;
    }

    private static Map<String, Setting> index(List<Setting> settings) {
        var index = new LinkedHashMap<String, Setting>();
        for (var setting : settings) {
            index.put(setting.key(), setting);
        }
        return Collections.unmodifiableMap(index);
    }

    private static List<Setting> table() {
        var all = new ArrayList<Setting>();
        all.addAll(node());
        all.addAll(addresses());
        all.addAll(availability());
        all.addAll(disk());
        all.addAll(limits());
        return all;
    }

    private static List<Setting> node() {
        return List.of(
                required(
                        "node.name",
                        new Kind.Text("[A-Za-z0-9_-]{1,64}", "1 to 64 letters, digits, _ or -"),
                        "Name of this node, unique in the cluster."),
                of(
                        "node.directory",
                        new Kind.Text(".+", "a folder; relative to the configuration file"),
                        "data",
                        "Where this node keeps everything; no two nodes may share it."),
                derived(
                        "node.group",
                        new Kind.Text("[0-9a-f]{16}", "16 hexadecimal digits"),
                        "any",
                        "Number of the group that the data must belong to; other data is"
                                + " refused."));
    }

    private static List<Setting> addresses() {
        return List.of(
                of(
                        "listen.host",
                        HOST,
                        "127.0.0.1",
                        "Address that all ports are bound to; 0.0.0.0 = every interface."),
                of("listen.sql_port", PORT, "7400", "Port for PostgreSQL clients."),
                derived(
                        "listen.grpc_port",
                        PORT,
                        "listen.sql_port + 1",
                        "Port for etcd clients, Mainstay's gRPC, and the other nodes."),
                derived(
                        "listen.raft_port",
                        PORT,
                        "listen.sql_port + 2",
                        "Port for Raft between the nodes."),
                derived(
                        "listen.http_port",
                        PORT,
                        "listen.sql_port + 3",
                        "Port for health checks and metrics."),
                derived(
                        "advertise.host",
                        HOST,
                        "listen.host",
                        "Host name under which clients and other nodes reach this node."),
                derived(
                        "advertise.sql_port",
                        PORT,
                        "listen.sql_port",
                        "SQL port as others reach it."),
                derived(
                        "advertise.grpc_port",
                        PORT,
                        "listen.grpc_port",
                        "gRPC port as others reach it."),
                derived(
                        "advertise.raft_port",
                        PORT,
                        "listen.raft_port",
                        "Raft port as others reach it."),
                derived(
                        "advertise.http_port",
                        PORT,
                        "listen.http_port",
                        "HTTP port as others reach it."));
    }

    private static List<Setting> availability() {
        return List.of(
                of(
                        "ha.election_timeout",
                        time(Duration.ofMillis(300), Duration.ofSeconds(50)),
                        "1s",
                        "Longest silence of the leader before another is elected; the shortest is"
                                + " 0.6 of it. The same on all nodes."),
                of(
                        "ha.freshness_interval",
                        time(Duration.ofMillis(10), Duration.ofSeconds(60)),
                        "100ms",
                        "How often a node proves how fresh its state is while bounded reads come;"
                                + " ten times as rarely while none do."),
                of(
                        "ha.disk_stall_timeout",
                        time(Duration.ofMillis(500), Duration.ofMinutes(1)),
                        "2s",
                        "How long a write of the log may hang before a leader gives up leadership;"
                                + " after 15 times as long the node halts."),
                of(
                        "ha.history_retention",
                        time(Duration.ofSeconds(1), Duration.ofDays(3650)),
                        "24h",
                        "How long old versions stay readable."),
                of(
                        "ha.history_retention_bytes",
                        new Kind.Bytes(MIB, 1024 * TIB),
                        "16 GiB",
                        "Old versions go sooner when the changes kept exceed this."),
                of(
                        "ha.outcome_retention",
                        time(Duration.ofSeconds(1), Duration.ofDays(30)),
                        "1h",
                        "How long it is known what became of a transaction: the time in which a"
                                + " client may repeat one."),
                of(
                        "ha.outcome_retention_records",
                        new Kind.Whole(1_000, 1_000_000_000),
                        "10000000",
                        "Outcomes go sooner when there are more than this."),
                of(
                        "ha.snapshot_rate_limit",
                        new Kind.Bytes(64 * KIB, 100 * GIB),
                        "64 MiB",
                        "Bytes per second that this node sends to a member that fetches the whole"
                                + " state."));
    }

    private static List<Setting> disk() {
        return List.of(
                of(
                        "log.segment_bytes",
                        new Kind.Bytes(64 * KIB, GIB),
                        "32 MiB",
                        "Size at which a file of the log is closed; the log is purged by files."),
                of(
                        "log.kept_entries",
                        new Kind.Whole(0, 100_000_000),
                        "10000",
                        "Entries kept behind the checkpoint, so that a member that was away for a"
                                + " short time need not fetch the whole state."),
                of(
                        "log.checkpoint_bytes",
                        new Kind.Bytes(64 * KIB, 64 * GIB),
                        "64 MiB",
                        "Bytes of log after which the state is flushed and the log purged; bounds"
                                + " the replay at start."),
                of(
                        "disk.reserve",
                        new Kind.Bytes(0, 100 * TIB),
                        "1 GB",
                        "Free space below which this node refuses writes."),
                of(
                        "memory.block_cache",
                        new Kind.Bytes(MIB, TIB),
                        "32 MiB",
                        "Memory for blocks read from disk."),
                of(
                        "memory.write_buffer",
                        new Kind.Bytes(MIB, 64 * GIB),
                        "32 MiB",
                        "Memory for writes that are not flushed yet."));
    }

    private static List<Setting> limits() {
        return List.of(
                of(
                        "kv.request_bytes",
                        new Kind.Bytes(KIB, 3 * MIB),
                        "1.5 MiB",
                        "Largest key-value request."),
                of(
                        "kv.txn_ops",
                        new Kind.Whole(1, 100_000),
                        "128",
                        "Most operations in one list of a key-value transaction."),
                of(
                        "kv.request_timeout",
                        time(Duration.ofMillis(100), Duration.ofMinutes(10)),
                        "7s",
                        "How long a write or strict read may wait for a leader."),
                of(
                        "listen.grpc_connections",
                        new Kind.Whole(8, 1_000_000),
                        "10000",
                        "Most connections on the gRPC port; more are closed at once."),
                of(
                        "listen.http_connections",
                        new Kind.Whole(1, 100_000),
                        "200",
                        "Most connections on the HTTP port; more are closed at once."));
    }

    private static Kind time(Duration min, Duration max) {
        return new Kind.Time(min, max);
    }

    private static Setting of(String key, Kind kind, String standard, String meaning) {
        return new Setting(key, kind, standard, standard, meaning);
    }

    private static Setting derived(String key, Kind kind, String rule, String meaning) {
        return new Setting(key, kind, null, rule, meaning);
    }

    private static Setting required(String key, Kind kind, String meaning) {
        return new Setting(key, kind, null, "must be set", meaning);
    }
}
