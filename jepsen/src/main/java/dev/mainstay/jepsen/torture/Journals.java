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
    private static final int MESSAGE_MAX = 1 << 16;
    private static final Pattern BAD =
            Pattern.compile(
                    "^\\S+ ERROR |AssertionError|OutOfMemoryError|^# A fatal error",
                    Pattern.MULTILINE);
    // What does not begin with a time belongs to the message before it.
    private static final Pattern BEGIN = Pattern.compile("^\\d{4}-\\d\\d-\\d\\dT");

    private final List<Pattern> allowed;

    /// @param allowed what may be there all the same, sought in a message and its stack traces
    Journals(List<Pattern> allowed) {
        this.allowed = List.copyOf(allowed);
    }

    /// The first few such messages, each with the name of the node.
    List<String> complaints(String node, Path journal) throws IOException {
        var found = new ArrayList<String>();
        // Bytes, not characters: a crash may leave anything.
        try (var lines = Files.newBufferedReader(journal, StandardCharsets.ISO_8859_1)) {
            var message = new StringBuilder();
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                if (BEGIN.matcher(line).find()) {
                    judge(node, message, found);
                    message.setLength(0);
                }
                if (message.length() < MESSAGE_MAX) {
                    message.append(line).append('\n');
                }
            }
            judge(node, message, found);
        }
        return found;
    }

    private void judge(String node, CharSequence message, List<String> found) {
        var bad = BAD.matcher(message);
        if (found.size() < LINES_MAX
                && bad.find()
                && allowed.stream().noneMatch(pattern -> pattern.matcher(message).find())) {
            var text = message.toString();
            var line = text.lastIndexOf('\n', bad.start()) + 1;
            found.add(node + ": " + shortened(text.substring(line, text.indexOf('\n', line))));
        }
    }

    private static String shortened(String line) {
        return line.length() <= 400 ? line : line.substring(0, 400) + "…";
    }
}
