package dev.mainstay.jepsen.report;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Values of a history as short text for people.
final class Plain {

    private static final int LENGTH_MAX = 300;

    private Plain() {}

    /// Cut short if it is long: a value may be a list of thousands.
    static String of(@Nullable Object value) {
        return cut(whole(value), LENGTH_MAX);
    }

    static String cut(String text, int lengthMax) {
        return text.codePointCount(0, text.length()) <= lengthMax
                ? text
                : text.substring(0, text.offsetByCodePoints(0, lengthMax)) + "…";
    }

    private static String whole(@Nullable Object value) {
        return switch (value) {
            case null -> "?";
            case List<?> list ->
                    list.stream().map(Plain::whole).collect(Collectors.joining(" ", "[", "]"));
            case Map<?, ?> map ->
                    map.entrySet().stream()
                            .map(entry -> entry.getKey() + "=" + whole(entry.getValue()))
                            .collect(Collectors.joining(" ", "{", "}"));
            default -> value.toString();
        };
    }
}
