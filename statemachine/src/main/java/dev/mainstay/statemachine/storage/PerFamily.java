package dev.mainstay.statemachine.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// One thing for each family. Immutable.
final class PerFamily<T> {

    /// By the order of [Family].
    private final List<T> things;

    PerFamily(Function<Family, T> thing) {
        var list = new ArrayList<T>();
        for (var family : Family.values()) {
            list.add(thing.apply(family));
        }
        things = List.copyOf(list);
    }

    // On the path of every read and write; EnumMap would do, were its answer never null.
    @SuppressWarnings("EnumOrdinal")
    T of(Family family) {
        return things.get(family.ordinal());
    }

    List<T> all() {
        return things;
    }
}
