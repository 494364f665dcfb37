package dev.mainstay.jepsen.cluster.arena;

import dev.mainstay.jepsen.nemesis.Clocks;
import dev.mainstay.jepsen.nemesis.Disks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// What a [LocalArena] is to be like. The hooks that take a node's number are asked again each time
/// that it is started.
public final class ArenaBuilder {

    private int nodes = 3;
    private Wires wires = Wires.RELAYS;
    private Path product = NodeLaunch.defaultHome();
    private Optional<Path> classes = Optional.empty();
    private @Nullable Path home;
    private IntFunction<Map<String, String>> environment = _ -> Map.of();
    private IntFunction<List<String>> jvmOptions = _ -> List.of();
    private @Nullable IntFunction<Path> dataDirectory;
    private Function<? super LocalArena, Optional<Disks>> disks = _ -> Optional.empty();
    private Function<? super LocalArena, Optional<Clocks>> clocks = _ -> Optional.empty();
    private final Map<String, String> settings = new TreeMap<>(RESTLESS);

    /// Low enough that what is rare in production happens all the time: checkpoints and purges
    /// every few hundred entries, elections after a fraction of a second.
    public static final Map<String, String> RESTLESS =
            Map.of(
                    "ha.election_timeout", "600ms",
                    "log.segment_bytes", "64KiB",
                    "log.kept_entries", "50",
                    "log.checkpoint_bytes", "128KiB",
                    "memory.block_cache", "8MiB",
                    "memory.write_buffer", "8MiB",
                    "disk.reserve", "64MiB");

    /// How nodes are connected.
    public enum Wires {
        /// TCP relays on loopback: no privileges needed.
        RELAYS,
        /// Network namespaces: root needed.
        NAMESPACES
    }

    ArenaBuilder() {}

    public ArenaBuilder nodes(int count) {
        if (count < 1 || count > 9) {
            throw new IllegalArgumentException("1 to 9 nodes, not " + count);
        }
        nodes = count;
        return this;
    }

    public ArenaBuilder wires(Wires kind) {
        wires = kind;
        return this;
    }

    /// Where `bin/mainstay` is; by default what the property `mainstay.home` says.
    public ArenaBuilder product(Path folder) {
        product = folder;
        return this;
    }

    /// Where configurations, journals and data go; it is not removed. By default a temporary
    /// directory, which is.
    public ArenaBuilder home(Path folder) {
        home = folder.toAbsolutePath();
        return this;
    }

    public ArenaBuilder setting(String key, String value) {
        settings.put(key, value);
        return this;
    }

    /// More of the environment of the node's process, such as `LD_PRELOAD`.
    public ArenaBuilder nodeEnvironment(IntFunction<Map<String, String>> ofNode) {
        environment = ofNode;
        return this;
    }

    /// Options of the node's JVM, without blanks in them.
    public ArenaBuilder nodeJvmOptions(IntFunction<List<String>> ofNode) {
        jvmOptions = ofNode;
        return this;
    }

    /// A folder of classes that replace the product's own.
    public ArenaBuilder classPathPrefix(Path folder) {
        classes = Optional.of(folder.toAbsolutePath());
        return this;
    }

    /// Where a node's data is, such as on a disk of its own. It is emptied when the node is
    /// replaced, and not removed.
    public ArenaBuilder dataDirectory(IntFunction<Path> ofNode) {
        dataDirectory = ofNode;
        return this;
    }

    /// @param ofArena called once, before the first node starts
    public ArenaBuilder disks(Function<? super LocalArena, Optional<Disks>> ofArena) {
        disks = ofArena;
        return this;
    }

    /// @param ofArena called once, before the first node starts
    public ArenaBuilder clocks(Function<? super LocalArena, Optional<Clocks>> ofArena) {
        clocks = ofArena;
        return this;
    }

    /// Cleans up after crashed runs, starts the nodes, and returns when all of them serve.
    public LocalArena start() throws IOException, InterruptedException {
        return LocalArena.start(this);
    }

    int nodes() {
        return nodes;
    }

    Wires wires() {
        return wires;
    }

    Optional<Path> home() {
        return Optional.ofNullable(home);
    }

    Map<String, String> settings() {
        return settings;
    }

    NodeLaunch launch() {
        return new NodeLaunch(product, classes);
    }

    Map<String, String> environment(int node) {
        return environment.apply(node);
    }

    List<String> jvmOptions(int node) {
        return jvmOptions.apply(node);
    }

    Path dataDirectory(int node, Path otherwise) {
        return dataDirectory == null ? otherwise : dataDirectory.apply(node);
    }

    Optional<Disks> disks(LocalArena arena) {
        return disks.apply(arena);
    }

    Optional<Clocks> clocks(LocalArena arena) {
        return clocks.apply(arena);
    }
}
