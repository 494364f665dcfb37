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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;

/// Disks and clocks of one cluster's nodes. Any thread.
///
/// Put [#environment] into each process of a node, asked anew for each start; then [#disks] and
/// [#clocks] rule it while it runs.
public final class Emulation {

    static final String CONTROL = "MAINSTAY_SHIM_CONTROL";

    private final Path library;
    private final IntFunction<Path> directories;
    private final List<Control> controls;
    private final Power power;
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

    /// What a loss of power takes.
    private interface Powers {
        Power over(Path folder, LocalArena arena, List<Control> controls) throws IOException;
    }

    private Emulation(
            Path library, IntFunction<Path> directories, List<Control> controls, Power power) {
        this.library = library;
        this.directories = directories;
        this.controls = controls;
        this.power = power;
        this.disks = new NodeDisks(controls, power);
        this.clocks = new NodeClocks(controls);
    }

    /// Why it cannot be done on this machine, one line; empty if it can.
    public static Optional<String> obstacle() {
        return Shim.obstacle();
    }

    /// Why the disks of [#onKernelDisks] cannot be had on this machine.
    public static Optional<String> obstacleToKernelDisks() throws IOException {
        return LoopDisks.obstacle();
    }

    /// @param folder for what is kept about the disks
    /// @param of where each node's data is; asked when the node is started or loses power
    public static Emulation in(Path folder, int nodes, IntFunction<Path> of, Names names)
            throws IOException {
        var controls = controls(folder, nodes);
        var platters = new Platters(folder.toAbsolutePath(), of, names, controls);
        return new Emulation(Shim.library(), of, controls, platters);
    }

    /// Puts it under the nodes of an arena that has not started.
    public static void under(ArenaBuilder plan, Names names) {
        under(
                plan,
                (folder, arena, controls) ->
                        new Platters(folder, arena::directory, names, controls));
    }

    /// The same, with a real file system for each node, for the loss of power. Needs root.
    public static void onKernelDisks(ArenaBuilder plan) {
        var disks = new AtomicReference<LoopDisks>();
        under(
                plan,
                (folder, arena, _) -> {
                    disks.set(LoopDisks.make(folder, arena.size(), arena.leftOvers()));
                    return disks.get();
                });
        plan.dataDirectory(node -> disks.get().directory(node));
    }

    private static void under(ArenaBuilder plan, Powers powers) {
        var emulation = new AtomicReference<Emulation>();
        plan.disks(arena -> {
            emulation.set(of(arena, powers));
            return Optional.of(emulation.get().disks());
        });
        plan.clocks(_ -> Optional.of(emulation.get().clocks()));
        plan.nodeEnvironment(node -> emulation.get().environment(node));
    }

    private static Emulation of(LocalArena arena, Powers powers) {
        try {
            var folder = Directories.temporary("disks");
            arena.leftOvers().note(LeftOvers.Kind.DIRECTORY, folder.toString());
            var controls = controls(folder, arena.size());
            var power = powers.over(folder, arena, controls);
            return new Emulation(Shim.library(), arena::directory, controls, power);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Control> controls(Path folder, int nodes) throws IOException {
        Files.createDirectories(folder);
        var controls = new ArrayList<Control>();
        for (var node = 0; node < nodes; node++) {
            controls.add(Control.create(folder.resolve("control" + node).toAbsolutePath()));
        }
        return List.copyOf(controls);
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
            var environment = new HashMap<>(power.beforeStart(node));
            environment.put("LD_PRELOAD", library.toString());
            environment.put(CONTROL, controls.get(node).file().toString());
            environment.put("MAINSTAY_SHIM_DIR", directories.apply(node).toRealPath().toString());
            return environment;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
