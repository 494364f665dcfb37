package dev.mainstay.bench.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// Command line options of the form `--name value`; an unknown name is refused.
final class Options {

    private final Map<String, String> values = new TreeMap<>();
    private final List<String> settings = new ArrayList<>();

    /// @param known the names with their default values
    Options(String[] arguments, Map<String, String> known) {
        values.putAll(known);
        for (var i = 0; i < arguments.length; i += 2) {
            var name = arguments[i].replaceFirst("^--", "");
            if (i + 1 == arguments.length || !(known.containsKey(name) || name.equals("set"))) {
                throw new IllegalArgumentException(
                        "unknown or without a value: %s (there are: set %s)"
                                .formatted(arguments[i], known));
            }
            if (name.equals("set")) {
                settings.add(arguments[i + 1]);
            } else {
                values.put(name, arguments[i + 1]);
            }
        }
    }

    String text(String name) {
        return Objects.requireNonNull(values.get(name), name);
    }

    int number(String name) {
        return Integer.parseInt(text(name));
    }

    /// The `--set key=value` for Mainstay's nodes.
    String[] settings() {
        return settings.toArray(String[]::new);
    }
}
