package dev.mainstay.statemachine.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/// A folder that is gone after its use.
///
/// @param path where it is
public record Scratch(Path path) implements AutoCloseable {

    public Scratch() throws IOException {
        this(Files.createTempDirectory("mainstay"));
    }

    @Override
    public void close() throws IOException {
        try (var files = Files.walk(path)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
