package dev.mainstay.server.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import dev.mainstay.server.config.BadConfig;
import dev.mainstay.server.config.ConfigLoader;
import dev.mainstay.server.config.NodeConfig;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The folder of a local cluster: `cluster.json`, and `n0`, `n1`, … with `node.conf`, `data/`,
/// `journal.log` and `pid`.
record ClusterFolder(Path path) {

    private static final String DESCRIPTION = "cluster.json";
    private static final ConfigRenderOptions READABLE =
            ConfigRenderOptions.defaults().setOriginComments(false);

    /// What `cluster.json` says.
    ///
    /// @param settings those of `--set`, for all nodes
    record Description(long group, int nodes, int basePort, Map<String, String> settings) {

        Description {
            settings = new TreeMap<>(settings);
        }

        Description with(Map<String, String> more) {
            var merged = new TreeMap<>(settings);
            merged.putAll(more);
            return new Description(group, nodes, basePort, merged);
        }
    }

    /// Whether a cluster may be made here.
    boolean isFree() throws IOException {
        if (!Files.exists(path)) {
            return true;
        }
        try (var files = Files.list(path)) {
            return files.allMatch(f -> f.endsWith(DirectoryLock.FILE));
        }
    }

    Description read() throws Failure {
        var file = path.resolve(DESCRIPTION);
        if (!Files.exists(file)) {
            throw new Failure(
                    Files.exists(path)
                            ? path + " is not a cluster's folder: it has no " + DESCRIPTION
                            : "there is no cluster in " + path + ": run cluster start");
        }
        try {
            return parse(ConfigFactory.parseFile(file.toFile()));
        } catch (ConfigException | IllegalArgumentException e) {
            throw new Failure(file + " is damaged: " + e.getMessage());
        }
    }

    private static Description parse(Config config) {
        var settings = new LinkedHashMap<String, String>();
        for (var entry : config.getObject("settings").entrySet()) {
            settings.put(entry.getKey(), String.valueOf(entry.getValue().unwrapped()));
        }
        return new Description(
                HexFormat.fromHexDigitsToLong(config.getString("group")),
                config.getInt("nodes"),
                config.getInt("base_port"),
                settings);
    }

    void write(Description description) throws IOException {
        var values = new LinkedHashMap<String, Object>();
        values.put("group", HexFormat.of().toHexDigits(description.group()));
        values.put("nodes", description.nodes());
        values.put("base_port", description.basePort());
        values.put("settings", description.settings());
        var temporary = path.resolve(DESCRIPTION + ".new");
        Files.writeString(temporary, ConfigValueFactory.fromMap(values).render(READABLE));
        Files.move(temporary, path.resolve(DESCRIPTION), StandardCopyOption.ATOMIC_MOVE);
    }

    /// Writes the configuration files of all nodes.
    void configure(Description description) throws IOException {
        for (int k = 0; k < description.nodes(); k++) {
            Files.createDirectories(node(k));
            Files.writeString(
                    node(k).resolve("node.conf"),
                    config(description, k).root().render(READABLE.setJson(false)));
        }
    }

    NodeConfig nodeConfig(Description description, int k) throws BadConfig {
        return ConfigLoader.load(config(description, k), node(k));
    }

    private static Config config(Description description, int k) {
        var values = new TreeMap<String, Object>(description.settings());
        values.put("node.name", "n" + k);
        values.put("node.directory", "data");
        values.put("node.group", HexFormat.of().toHexDigits(description.group()));
        values.put("listen.sql_port", description.basePort() + 10 * k);
        return ConfigFactory.parseMap(values, "cluster start");
    }

    private Path node(int k) {
        return path.resolve("n" + k);
    }

    List<ClusterNode> nodes(@Nullable Launch launch) throws Failure, BadConfig {
        var nodes = new ArrayList<ClusterNode>();
        for (int k = 0; k < read().nodes(); k++) {
            nodes.add(new ClusterNode(node(k), launch));
        }
        return nodes;
    }

    void delete() throws IOException {
        delete(path);
    }

    static void delete(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path folder, @Nullable IOException failure) throws IOException {
                        if (failure != null) {
                            throw failure;
                        }
                        Files.delete(folder);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
