package dev.mainstay.statemachine.storage;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;

/// The checkpoint of a memory store: one file, per family its entries in order.
final class MemoryImage {

    private static final String FILE = "memory.image";

    private MemoryImage() {}

    static void write(MemoryState state, Path directory) {
        try {
            Files.createDirectory(directory);
            var file = Files.newOutputStream(directory.resolve(FILE));
            try (var out = new DataOutputStream(new BufferedOutputStream(file))) {
                for (var family : Family.values()) {
                    writeFamily(state.family(family), out);
                }
            }
        } catch (IOException e) {
            throw new StorageFailure("cannot write the checkpoint " + directory, e);
        }
    }

    static MemoryState read(Path directory) {
        try (var in =
                new DataInputStream(
                        new BufferedInputStream(Files.newInputStream(directory.resolve(FILE))))) {
            var families = new EnumMap<Family, SortedBytes>(Family.class);
            for (var family : Family.values()) {
                families.put(family, readFamily(in));
            }
            return new MemoryState(families);
        } catch (IOException e) {
            throw new StorageFailure("cannot read the checkpoint " + directory, e);
        }
    }

    private static void writeFamily(SortedBytes family, DataOutputStream out) throws IOException {
        var walk = family.walk(new byte[0], null, false);
        for (var entry = walk.next(); entry != null; entry = walk.next()) {
            out.writeInt(entry.key().length);
            out.write(entry.key());
            out.writeInt(entry.value().length);
            out.write(entry.value());
        }
        out.writeInt(-1);
    }

    private static SortedBytes readFamily(DataInputStream in) throws IOException {
        var family = SortedBytes.EMPTY;
        for (int length = in.readInt(); length >= 0; length = in.readInt()) {
            var key = in.readNBytes(length);
            family = family.put(key, in.readNBytes(in.readInt()));
        }
        return family;
    }
}
