package dev.mainstay.jepsen.disk;

import dev.mainstay.jepsen.cluster.Await;
import dev.mainstay.jepsen.cluster.Command;
import dev.mainstay.jepsen.cluster.arena.LeftOvers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Nodes' disks as images with an ext4 each, taken off at once by the kernel: exactly what a loss
/// of power leaves, by a real file system. Needs root. Each node's disk is used by one thread at a
/// time.
final class LoopDisks implements Power {

    private static final String SIZE = "1G";
    private static final Duration COMMAND = Duration.ofSeconds(30);
    // The kernel must not write by itself what nobody asked to be synced: the journal every ten
    // minutes only, and no sync of its own for a file that replaces another.
    private static final String OPTIONS = "loop,commit=600,noauto_da_alloc";

    private final Path folder;
    private final int nodes;
    private final LeftOvers leftOvers;

    private LoopDisks(Path folder, int nodes, LeftOvers leftOvers) {
        this.folder = folder;
        this.nodes = nodes;
        this.leftOvers = leftOvers;
    }

    /// Why it cannot be done here.
    static Optional<String> obstacle() throws IOException {
        if (Shim.obstacle().isPresent()) {
            return Shim.obstacle();
        }
        if (!Command.run(List.of("id", "-u"), COMMAND).out().strip().equals("0")) {
            return Optional.of("disks of the kernel's own need root");
        }
        return Files.exists(Path.of("/dev/loop-control"))
                ? Optional.empty()
                : Optional.of("no loop devices (/dev/loop-control)");
    }

    static LoopDisks make(Path folder, int nodes, LeftOvers leftOvers) throws IOException {
        var disks = new LoopDisks(folder, nodes, leftOvers);
        for (var node = 0; node < nodes; node++) {
            run("truncate", "-s", SIZE, disks.image(node).toString());
            run("mkfs.ext4", "-q", disks.image(node).toString());
            disks.mount(node);
            Files.createDirectory(disks.directory(node));
            run("sync", "-f", disks.mounted(node).toString());
        }
        return disks;
    }

    /// Where the node's data is to be.
    Path directory(int node) {
        return mounted(node).resolve("data");
    }

    @Override
    public Map<String, String> beforeStart(int node) {
        assert node < nodes : "no disk for node " + node;
        return Map.of();
    }

    @Override
    public int lose(int node, Runnable kill) throws IOException {
        run(Shim.cut().toString(), mounted(node).toString());
        kill.run();
        // Of a file system that is off, names and sizes are still those that the node saw.
        var before = sizes(directory(node));
        unmount(node);
        mount(node);
        var after = sizes(directory(node));
        var all = new HashMap<>(before);
        all.putAll(after);
        return (int)
                all.keySet().stream()
                        .filter(file -> !before.getOrDefault(file, -1L).equals(after.get(file)))
                        .count();
    }

    private void mount(int node) throws IOException {
        Files.createDirectories(mounted(node));
        leftOvers.note(LeftOvers.Kind.MOUNT, mounted(node).toString());
        run("mount", "-o", OPTIONS, image(node).toString(), mounted(node).toString());
    }

    private void unmount(int node) {
        // A killed process may be a moment slower than the news of its end.
        Await.until(
                "the disk of node %d is free".formatted(node),
                COMMAND,
                () -> {
                    try {
                        var line = List.of("umount", mounted(node).toString());
                        return Command.run(line, COMMAND).succeeded();
                    } catch (IOException e) {
                        return false;
                    }
                });
    }

    private static Map<Path, Long> sizes(Path root) {
        var sizes = new HashMap<Path, Long>();
        var open = new ArrayList<>(List.of(root));
        while (!open.isEmpty()) {
            var at = open.removeLast();
            try (var entries = Files.list(at)) {
                for (var entry : entries.toList()) {
                    if (Files.isDirectory(entry)) {
                        open.add(entry);
                    } else {
                        sizes.put(root.relativize(entry), Files.size(entry));
                    }
                }
            } catch (IOException e) {
                // It cannot be read any more: nothing is known of what was there.
            }
        }
        return sizes;
    }

    private Path image(int node) {
        return folder.resolve("disk" + node + ".img");
    }

    private Path mounted(int node) {
        return folder.resolve("disk" + node);
    }

    private static void run(String... line) throws IOException {
        var ran = Command.run(List.of(line), COMMAND);
        if (!ran.succeeded()) {
            throw new IOException(String.join(" ", line) + ": " + ran.err().strip());
        }
    }
}
