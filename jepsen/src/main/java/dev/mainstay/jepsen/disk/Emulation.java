package dev.mainstay.jepsen.disk;

import dev.mainstay.jepsen.cluster.Directories;
import dev.mainstay.jepsen.cluster.arena.ArenaBuilder;
import dev.mainstay.jepsen.cluster.arena.LeftOvers;
import dev.mainstay.jepsen.cluster.arena.LocalArena;
import dev.mainstay.jepsen.nemesis.Clocks;
import dev.mainstay.jepsen.nemesis.Disks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;

/// Disks and clocks of one cluster's nodes, without privileges. Any thread.
///
/// Put [#environment] into each process of a node, asked anew for each start; then [#disks] and
/// [#clocks] rule it while it runs.
public final class Emulation {

    static final String CONTROL = "MAINSTAY_SHIM_CONTROL";

    private final Path folder;
    private final Path library;
    private final IntFunction<Path> directories;
    private final Names names;
    private final NodeDisks disks;
    private final NodeClocks clocks;

    /// When names in a directory become durable: created, renamed and removed ones.
    public enum Names {
        /// By a sync of the directory; that of a file, also by a sync of the file. The harshest
        /// that Linux' file systems may do.
        LOOSE,
        /// By any sync after it: what ext4 and XFS do by default.
        ORDERED
    }

    private Emulation(
            Path folder,
            Path library,
            IntFunction<Path> directories,
            Names names,
            List<Control> controls) {
        this.folder = folder;
        this.library = library;
        this.directories = directories;
        this.names = names;
        this.disks = new NodeDisks(controls, this::platter);
        this.clocks = new NodeClocks(controls);
    }

    /// Why it cannot be done on this machine, one line; empty if it can.
    public static Optional<String> obstacle() {
        return Shim.obstacle();
    }

    /// @param folder for what is kept about the disks; on the same file system as the directories
    /// @param directories where each node's data is; asked when the node is started or loses power
    public static Emulation in(Path folder, int nodes, IntFunction<Path> directories, Names names)
            throws IOException {
        var library = Shim.library();
        Files.createDirectories(folder);
        var controls = new ArrayList<Control>();
        for (var node = 0; node < nodes; node++) {
            controls.add(Control.create(folder.resolve("control" + node).toAbsolutePath()));
        }
        return new Emulation(folder.toAbsolutePath(), library, directories, names, controls);
    }

    /// Puts it under the nodes of an arena that has not started.
    public static void under(ArenaBuilder plan, Names names) {
        var emulation = new AtomicReference<Emulation>();
        plan.disks(arena -> {
            emulation.set(of(arena, names));
            return Optional.of(emulation.get().disks());
        });
        plan.clocks(_ -> Optional.of(emulation.get().clocks()));
        plan.nodeEnvironment(node -> emulation.get().environment(node));
    }

    private static Emulation of(LocalArena arena, Names names) {
        try {
            var folder = Directories.temporary("disks");
            arena.leftOvers().note(LeftOvers.Kind.DIRECTORY, folder.toString());
            return in(folder, arena.size(), arena::directory, names);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Disks disks() {
        return disks;
    }

    public Clocks clocks() {
        return clocks;
    }

    /// For the node's next process, whose data directory must exist. A directory that is empty is a
    /// new disk.
    public Map<String, String> environment(int node) {
        try {
            var directory = directories.apply(node).toRealPath();
            try (var entries = Files.list(directory)) {
                if (entries.findAny().isEmpty()) {
                    platter(node).forget();
                }
            }
            Files.createDirectories(platterFolder(node));
            return Map.of(
                    "LD_PRELOAD",
                    library.toString(),
                    CONTROL,
                    folder.resolve("control" + node).toString(),
                    "MAINSTAY_SHIM_DIR",
                    directory.toString(),
                    "MAINSTAY_SHIM_PLATTER",
                    platterFolder(node).toString(),
                    "MAINSTAY_SHIM_NAMES",
                    names == Names.ORDERED ? "ordered" : "loose");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Platter platter(int node) {
        return new Platter(platterFolder(node), directories.apply(node));
    }

    private Path platterFolder(int node) {
        return folder.resolve("platter" + node);
    }
}
