package dev.mainstay.consensus.ratis;

import dev.mainstay.consensus.LogSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The table of everything that is set differently from Ratis' defaults, or relied on. Why each
/// value is what it is: DESIGN.md of this module.
final class RatisProperties {

    private static final Logger LOG = LoggerFactory.getLogger(RatisProperties.class);

    private final TreeMap<String, String> table = new TreeMap<>();

    private RatisProperties() {}

    static Duration shortestTimeout(Duration electionTimeout) {
        return electionTimeout.multipliedBy(6).dividedBy(10);
    }

    /// @param overrides for tests
    static RaftProperties of(LogSettings settings, Path storage, Map<String, String> overrides) {
        var table = new RatisProperties();
        table.network(settings);
        table.elections(settings);
        table.log(settings);
        table.table.putAll(overrides);
        table.set("raft.server.storage.dir", storage.toString());
        var properties = new RaftProperties();
        table.table.forEach(properties::set);
        check(properties, settings);
        if (LOG.isDebugEnabled()) {
            table.table.forEach((key, value) -> LOG.debug("{} = {}", key, value));
        }
        return properties;
    }

    private void network(LogSettings settings) {
        set("raft.rpc.type", MainstayRpc.class.getName());
        set("raft.grpc.server.host", settings.bindHost());
        set("raft.grpc.server.port", Integer.toString(settings.bindPort()));
        set("raft.grpc.message.size.max", "64MB");
        set("raft.server.rpc.request.timeout", "3s");
        set("raft.server.rpc.slowness.timeout", "10s");
        set("raft.server.log.appender.retry.policy", "1ms,10,200ms,1000000");
    }

    private void elections(LogSettings settings) {
        long max = settings.electionTimeout().toMillis();
        set(
                "raft.server.rpc.timeout.min",
                shortestTimeout(settings.electionTimeout()).toMillis() + "ms");
        set("raft.server.rpc.timeout.max", max + "ms");
        set("raft.server.leaderelection.pre-vote", "true");
        set("raft.server.leaderelection.leader.step-down.wait-time", 3 * max + "ms");
        set("raft.server.leaderelection.member.majority-add", "false");
        set("raft.server.close.threshold", "300s");
        set("raft.server.notification.no-leader.timeout", "10s");
        set("raft.server.retrycache.expirytime", "5s");
        set("raft.server.staging.catchup.gap", "1000");
        set("raft.server.staging.timeout", "60s");
    }

    private void log(LogSettings settings) {
        set("raft.server.log.segment.size.max", Long.toString(settings.segmentBytesMax()));
        set("raft.server.log.preallocated.size", "4MB");
        set("raft.server.log.write.buffer.size", "8MB");
        set("raft.server.log.appender.buffer.byte-limit", "4MB");
        set("raft.server.log.force.sync.num", "4096");
        set("raft.server.log.unsafe-flush.enabled", "false");
        set("raft.server.log.async-flush.enabled", "false");
        set("raft.server.log.corruption.policy", "EXCEPTION");
        set("raft.server.log.log-metadata.enabled", "false");
        set("raft.server.log.appender.install.snapshot.enabled", "false");
        set("raft.server.log.purge.upto.snapshot.index", "true");
        set("raft.server.log.purge.gap", "1024");
        set("raft.server.log.purge.preservation.log.num", Long.toString(settings.keptEntries()));
        set("raft.server.log.segment.cache.num.max", "2");
        set("raft.server.log.segment.cache.size.max", "64MB");
        set("raft.server.snapshot.auto.trigger.enabled", "false");
    }

    private void set(String key, String value) {
        table.put(key, value);
    }

    /// Read back through Ratis' own eyes: a misspelt key would otherwise leave a default in force.
    private static void check(RaftProperties properties, LogSettings settings) {
        must(
                RaftServerConfigKeys.Rpc.timeoutMax(properties).toLong(TimeUnit.MILLISECONDS)
                        == settings.electionTimeout().toMillis(),
                "rpc.timeout.max");
        must(
                RaftServerConfigKeys.Rpc.timeoutMin(properties).toLong(TimeUnit.MILLISECONDS)
                        == shortestTimeout(settings.electionTimeout()).toMillis(),
                "rpc.timeout.min");
        must(RaftServerConfigKeys.LeaderElection.preVote(properties), "pre-vote");
        must(
                RaftServerConfigKeys.Log.Appender.bufferByteLimit(properties).getSize() == 4 << 20,
                "appender.buffer.byte-limit");
        must(!RaftServerConfigKeys.Log.unsafeFlushEnabled(properties), "unsafe-flush");
        must(!RaftServerConfigKeys.Log.asyncFlushEnabled(properties), "async-flush");
        must(
                RaftServerConfigKeys.Log.corruptionPolicy(properties)
                        == RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION,
                "corruption.policy");
        must(!RaftServerConfigKeys.Log.logMetadataEnabled(properties), "log-metadata");
        must(
                !RaftServerConfigKeys.Log.Appender.installSnapshotEnabled(properties),
                "install.snapshot.enabled");
        must(RaftServerConfigKeys.Log.purgeUptoSnapshotIndex(properties), "purge.upto.snapshot");
        must(!RaftServerConfigKeys.Snapshot.autoTriggerEnabled(properties), "auto.trigger");
        must(
                RaftServerConfigKeys.closeThreshold(properties).toLong(TimeUnit.SECONDS) == 300,
                "close.threshold");
        must(RaftServerConfigKeys.storageDir(properties).size() == 1, "storage.dir");
    }

    private static void must(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException("Ratis does not take the setting " + what);
        }
    }
}
