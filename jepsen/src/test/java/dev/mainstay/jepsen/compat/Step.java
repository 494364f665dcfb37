package dev.mainstay.jepsen.compat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// One line of the etcdctl script; its form is explained there.
///
/// @param remember name for the lease id in the answer, or empty
/// @param lines end etcdctl after that many lines; 0 = let it finish
record Step(
        String text, List<String> words, String input, String remember, int lines, boolean sorted) {

    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

    static List<Step> parse(String script) {
        var steps = new ArrayList<Step>();
        for (var line : script.lines().toList()) {
            if (!line.isBlank() && !line.startsWith("#")) {
                steps.add(of(line));
            }
        }
        return steps;
    }

    private static Step of(String text) {
        var rest = text;
        var sorted = rest.startsWith("sorted: ");
        rest = sorted ? rest.substring("sorted: ".length()) : rest;
        var input = after(rest, " < ").replace("\\n", "\n");
        rest = before(rest, " < ");
        var lines = after(rest, " | ");
        rest = before(rest, " | ");
        var remember = after(rest, " => ");
        rest = before(rest, " => ");
        var limit = lines.isEmpty() ? 0 : Integer.parseInt(lines.trim());
        return new Step(text, words(rest), input, remember.trim(), limit, sorted);
    }

    private static List<String> words(String text) {
        var words = new ArrayList<String>();
        var matcher = WORD.matcher(text);
        while (matcher.find()) {
            var quoted = matcher.group(1);
            words.add(quoted != null ? quoted : matcher.group());
        }
        return List.copyOf(words);
    }

    private static String before(String text, String mark) {
        var at = text.indexOf(mark);
        return at < 0 ? text : text.substring(0, at);
    }

    private static String after(String text, String mark) {
        var at = text.indexOf(mark);
        return at < 0 ? "" : text.substring(at + mark.length());
    }
}
