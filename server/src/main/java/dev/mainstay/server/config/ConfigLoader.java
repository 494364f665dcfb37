package dev.mainstay.server.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigUtil;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Reads a node's configuration file (HOCON) and checks every value; whatever it refuses, it
/// refuses with one line.
public final class ConfigLoader {

    private static final Set<String> WILDCARDS = Set.of("0.0.0.0", "::", "0:0:0:0:0:0:0:0");

    private final Config config;
    private final Map<String, Object> values = new HashMap<>();

    private ConfigLoader(Config config) {
        this.config = config;
    }

    public static NodeConfig load(Path file) throws BadConfig {
        try {
            // Without this a missing file is an empty configuration.
            var options = ConfigParseOptions.defaults().setAllowMissing(false);
            return load(
                    ConfigFactory.parseFile(file.toFile(), options),
                    file.toAbsolutePath().normalize().resolveSibling(""));
        } catch (ConfigException.IO e) {
            throw new BadConfig("cannot read " + file + ": " + cause(e));
        } catch (ConfigException.Parse e) {
            throw new BadConfig(firstLine(e));
        }
    }

    /// @param folder what a relative `node.directory` is relative to
    public static NodeConfig load(Config raw, Path folder) throws BadConfig {
        try {
            return new ConfigLoader(raw.resolve()).build(folder);
        } catch (ConfigException.UnresolvedSubstitution e) {
            throw new BadConfig(firstLine(e));
        }
    }

    /// Checks single settings, as given on a command line, without the rest of a configuration.
    public static void check(Map<String, String> settings) throws BadConfig {
        for (var key : settings.keySet()) {
            var setting = known(key, "");
            setting.kind()
                    .read(ConfigFactory.parseMap(Map.of(key, settings.get(key)), "--set"), key);
        }
    }

    private NodeConfig build(Path folder) throws BadConfig {
        for (var entry : config.entrySet()) {
            var key = String.join(".", ConfigUtil.splitPath(entry.getKey()));
            known(key, " (" + entry.getValue().origin().description() + ")");
        }
        for (var setting : Settings.all().values()) {
            read(setting);
        }
        var listen = listen();
        return new NodeConfig(
                text("node.name"),
                folder.resolve(text("node.directory")).normalize(),
                listen,
                advertise(listen),
                raft(),
                retention(),
                limits(),
                new NodeConfig.Memory(number("memory.block_cache"), number("memory.write_buffer")),
                new NodeConfig.Http(small("listen.http_connections")),
                has("node.group") ? HexFormat.fromHexDigitsToLong(text("node.group")) : 0);
    }

    private void read(Setting setting) throws BadConfig {
        var key = setting.key();
        if (config.hasPath(key)) {
            values.put(key, setting.kind().read(config, key));
        } else if (setting.standard() != null) {
            var standard = ConfigFactory.parseMap(Map.of(key, setting.standard()), "default");
            values.put(key, setting.kind().read(standard, key));
        }
    }

    private NodeConfig.Listen listen() throws BadConfig {
        int sql = small("listen.sql_port");
        var listen =
                new NodeConfig.Listen(
                        text("listen.host"),
                        sql,
                        port("listen.grpc_port", sql + 1),
                        port("listen.raft_port", sql + 2),
                        port("listen.http_port", sql + 3));
        var ports =
                List.of(listen.sqlPort(), listen.grpcPort(), listen.raftPort(), listen.httpPort());
        if (Set.copyOf(ports).size() < ports.size()) {
            throw new BadConfig("listen: the four ports must differ, but are " + ports);
        }
        return listen;
    }

    private NodeConfig.Advertise advertise(NodeConfig.Listen listen) throws BadConfig {
        var host = has("advertise.host") ? text("advertise.host") : listen.host();
        if (WILDCARDS.contains(host)) {
            throw new BadConfig(
                    "advertise.host must be set to a name that others can reach when listen.host"
                            + " is "
                            + listen.host());
        }
        return new NodeConfig.Advertise(
                host,
                port("advertise.sql_port", listen.sqlPort()),
                port("advertise.grpc_port", listen.grpcPort()),
                port("advertise.raft_port", listen.raftPort()),
                port("advertise.http_port", listen.httpPort()));
    }

    private NodeConfig.Raft raft() throws BadConfig {
        return new NodeConfig.Raft(
                time("ha.election_timeout"),
                time("ha.freshness_interval"),
                time("ha.disk_stall_timeout"),
                number("log.segment_bytes"),
                number("log.kept_entries"),
                number("log.checkpoint_bytes"),
                number("disk.reserve"),
                number("ha.snapshot_rate_limit"));
    }

    private NodeConfig.Retention retention() throws BadConfig {
        return new NodeConfig.Retention(
                time("ha.history_retention"),
                number("ha.history_retention_bytes"),
                time("ha.outcome_retention"),
                number("ha.outcome_retention_records"));
    }

    private NodeConfig.Limits limits() throws BadConfig {
        return new NodeConfig.Limits(
                small("kv.request_bytes"),
                small("kv.txn_ops"),
                time("kv.request_timeout"),
                small("listen.grpc_connections"));
    }

    private static Setting known(String key, String place) throws BadConfig {
        var setting = Settings.all().get(key);
        if (setting == null) {
            throw new BadConfig(
                    "unknown setting %s%s; did you mean %s?".formatted(key, place, nearest(key)));
        }
        return setting;
    }

    private static String nearest(String key) {
        var best = "";
        int bestDistance = Integer.MAX_VALUE;
        for (var candidate : Settings.all().keySet()) {
            int distance = Spelling.distance(key, candidate);
            if (distance < bestDistance) {
                best = candidate;
                bestDistance = distance;
            }
        }
        return best;
    }

    private boolean has(String key) {
        return values.containsKey(key);
    }

    private Object value(String key) throws BadConfig {
        var value = values.get(key);
        if (value == null) {
            throw new BadConfig("%s must be set: %s".formatted(key, known(key, "").range()));
        }
        return value;
    }

    private String text(String key) throws BadConfig {
        return (String) value(key);
    }

    private long number(String key) throws BadConfig {
        return (Long) value(key);
    }

    private int small(String key) throws BadConfig {
        return Math.toIntExact(number(key));
    }

    private Duration time(String key) throws BadConfig {
        return (Duration) value(key);
    }

    private int port(String key, int otherwise) throws BadConfig {
        if (!has(key) && otherwise > 65_535) {
            throw new BadConfig(key + " would be " + otherwise + ": lower listen.sql_port");
        }
        return has(key) ? small(key) : otherwise;
    }

    private static String cause(ConfigException e) {
        var cause = e.getCause();
        return cause == null ? firstLine(e) : String.valueOf(cause.getMessage());
    }

    private static String firstLine(ConfigException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}
