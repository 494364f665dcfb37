package dev.mainstay.jepsen.mutant;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The text form of a [Mutant]: lines `key: value`, an empty line, then its edits.
///
/// An edit begins with `@@ file`. Its lines are marked as in a patch: ` ` stays, `-` goes, `+`
/// comes. A line of the head that begins with a blank continues the one before it.
final class MutantFile {

    static final String SUFFIX = ".mutant";

    private static final String EDIT = "@@ ";
    private static final Set<String> KEYS =
            Set.of("about", "workloads", "nemeses", "anomalies", "seconds", "settings");

    private final Path file;
    private final Map<String, String> head = new HashMap<>();
    private final List<Edit> edits = new ArrayList<>();

    private MutantFile(Path file) {
        this.file = file;
    }

    static Mutant read(Path file) throws IOException, CannotPlantException {
        var form = new MutantFile(file);
        var lines = Files.readAllLines(file);
        int end = lines.indexOf("");
        if (end < 0) {
            throw form.wrong("no empty line after the head");
        }
        form.readHead(lines.subList(0, end));
        form.readEdits(lines.subList(end + 1, lines.size()));
        return form.mutant();
    }

    private void readHead(List<String> lines) throws CannotPlantException {
        var last = "";
        for (var line : lines) {
            int colon = line.indexOf(':');
            if (line.startsWith(" ")) {
                head.computeIfPresent(last, (_, value) -> value + " " + line.strip());
            } else if (colon > 0 && KEYS.contains(line.substring(0, colon))) {
                last = line.substring(0, colon);
                head.put(last, line.substring(colon + 1).strip());
            } else {
                throw wrong("not a line of the head: " + line);
            }
        }
    }

    private void readEdits(List<String> lines) throws CannotPlantException {
        var source = "";
        var before = new StringBuilder();
        var after = new StringBuilder();
        for (var line : lines) {
            if (line.startsWith(EDIT)) {
                addEdit(source, before, after);
                source = line.substring(EDIT.length()).strip();
                continue;
            }
            char mark = line.isEmpty() ? ' ' : line.charAt(0);
            var text = line.isEmpty() ? "\n" : line.substring(1) + "\n";
            switch (mark) {
                case ' ' -> {
                    before.append(text);
                    after.append(text);
                }
                case '-' -> before.append(text);
                case '+' -> after.append(text);
                default -> throw wrong("not a line of an edit: " + line);
            }
        }
        addEdit(source, before, after);
    }

    private void addEdit(String source, StringBuilder before, StringBuilder after)
            throws CannotPlantException {
        if (!before.isEmpty()) {
            if (source.isEmpty()) {
                throw wrong("lines before the first '" + EDIT + "file'");
            }
            edits.add(new Edit(source, before.toString(), after.toString()));
        }
        before.setLength(0);
        after.setLength(0);
    }

    private Mutant mutant() throws CannotPlantException {
        var name = file.getFileName().toString();
        if (edits.isEmpty()) {
            throw wrong("no edit");
        }
        return new Mutant(
                name.substring(0, name.length() - SUFFIX.length()),
                required("about"),
                words("workloads"),
                words("nemeses"),
                words("anomalies"),
                seconds(),
                settings(),
                edits);
    }

    private int seconds() throws CannotPlantException {
        var text = required("seconds");
        if (!text.matches("[0-9]{1,4}")) {
            throw wrong("not a number of seconds: " + text);
        }
        return Integer.parseInt(text);
    }

    private Map<String, String> settings() throws CannotPlantException {
        var settings = new LinkedHashMap<String, String>();
        for (var word : words("settings")) {
            int equals = word.indexOf('=');
            if (equals < 0) {
                throw wrong("not a setting: " + word);
            }
            settings.put(word.substring(0, equals), word.substring(equals + 1));
        }
        return settings;
    }

    private List<String> words(String key) {
        var text = head.getOrDefault(key, "");
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .toList();
    }

    private String required(String key) throws CannotPlantException {
        var value = head.getOrDefault(key, "");
        if (value.isEmpty()) {
            throw wrong("no '" + key + "'");
        }
        return value;
    }

    private CannotPlantException wrong(String what) {
        return new CannotPlantException(file + ": " + what);
    }
}
