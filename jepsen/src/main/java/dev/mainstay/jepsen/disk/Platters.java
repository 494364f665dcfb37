package dev.mainstay.jepsen.disk;

import dev.mainstay.jepsen.disk.Control.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/// The nodes' power as the shim emulates it. Each node's is used by one thread at a time.
///
/// @param folder for what was synced
/// @param directories where each node's data is
record Platters(
        Path folder, IntFunction<Path> directories, Emulation.Names names, List<Control> controls)
        implements Power {

    @Override
    public Map<String, String> beforeStart(int node) throws IOException {
        try (var entries = Files.list(directories.apply(node))) {
            if (entries.findAny().isEmpty()) {
                platter(node).forget(); // A new disk.
            }
        }
        Files.createDirectories(platterFolder(node));
        return Map.of(
                "MAINSTAY_SHIM_PLATTER",
                platterFolder(node).toString(),
                "MAINSTAY_SHIM_NAMES",
                names == Emulation.Names.ORDERED ? "ordered" : "loose");
    }

    @Override
    public int lose(int node, Runnable kill) throws IOException {
        kill.run();
        if (controls.get(node).get(Slot.MAPPED_WRITES) > 0) {
            throw new IOException(
                    "node %d wrote through mapped memory: nobody knows what of it was synced"
                            .formatted(node));
        }
        return platter(node).restore();
    }

    private Platter platter(int node) {
        return new Platter(platterFolder(node), directories.apply(node));
    }

    private Path platterFolder(int node) {
        return folder.resolve("platter" + node);
    }
}
