package dev.mainstay.jepsen.torture;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Looks through what a node wrote for what it should never have to write.
final class Journals {

    private static final int LINES_MAX = 5;
    private static final Pattern BAD =
            Pattern.compile("^\\S+ ERROR |AssertionError|OutOfMemoryError|^# A fatal error");

    private final List<Pattern> allowed;

    /// @param allowed what may be there all the same: a line, or it and the one after it
    Journals(List<Pattern> allowed) {
        this.allowed = List.copyOf(allowed);
    }

    /// The first few such lines, each with the name of the node.
    List<String> complaints(String node, Path journal) throws IOException {
        var found = new ArrayList<String>();
        // Bytes, not characters: a crash may leave anything.
        try (var lines = Files.newBufferedReader(journal, StandardCharsets.ISO_8859_1)) {
            var line = lines.readLine();
            while (line != null) {
                var next = lines.readLine();
                // What an error is about, its stack trace says in the line after it.
                if (isBad(line, next == null ? "" : next) && found.size() < LINES_MAX) {
                    found.add(node + ": " + shortened(line));
                }
                line = next;
            }
        }
        return found;
    }

    private boolean isBad(String line, String next) {
        var both = line + "\n" + next;
        return BAD.matcher(line).find()
                && allowed.stream().noneMatch(pattern -> pattern.matcher(both).find());
    }

    private static String shortened(String line) {
        return line.length() <= 400 ? line : line.substring(0, 400) + "…";
    }
}
