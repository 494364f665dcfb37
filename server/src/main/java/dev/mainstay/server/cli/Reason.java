package dev.mainstay.server.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/// Why a file could not be used, in words: Java's own messages for these are only the path.
final class Reason {

    private Reason() {}

    static String of(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "no such file: " + e.getMessage();
            case AccessDeniedException _ -> "permission denied: " + e.getMessage();
            case NotDirectoryException _ -> "not a folder: " + e.getMessage();
            default -> String.valueOf(e.getMessage());
        };
    }
}
