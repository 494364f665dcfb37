package dev.mainstay.jepsen.checker;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Looks into the values of events: trees of lists, texts and numbers. A path is the place in each
/// list on the way down.
final class Tree {

    private Tree() {}

    static long number(@Nullable Object tree, int... path) {
        if (at(tree, path) instanceof Number number) {
            return number.longValue();
        }
        throw unlike("a number", tree);
    }

    static String text(@Nullable Object tree, int... path) {
        if (at(tree, path) instanceof String text) {
            return text;
        }
        throw unlike("a text", tree);
    }

    static List<?> list(@Nullable Object tree, int... path) {
        if (at(tree, path) instanceof List<?> list) {
            return list;
        }
        throw unlike("a list", tree);
    }

    static boolean isNull(@Nullable Object tree, int... path) {
        return at(tree, path) == null;
    }

    private static @Nullable Object at(@Nullable Object tree, int... path) {
        var here = tree;
        for (var place : path) {
            if (!(here instanceof List<?> list) || place >= list.size()) {
                throw unlike("a list with place " + place, tree);
            }
            here = list.get(place);
        }
        return here;
    }

    private static IllegalArgumentException unlike(String wanted, @Nullable Object tree) {
        return new IllegalArgumentException("not %s: %s".formatted(wanted, tree));
    }
}
