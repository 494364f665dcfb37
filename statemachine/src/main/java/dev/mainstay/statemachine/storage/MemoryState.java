package dev.mainstay.statemachine.storage;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One state of a memory store, immutable.
///
/// @param families those with entries
record MemoryState(Map<Family, SortedBytes> families) {

    static final MemoryState EMPTY = new MemoryState(new EnumMap<>(Family.class));

    MemoryState {
        families = Collections.unmodifiableMap(families);
    }

    SortedBytes family(Family family) {
        return families.getOrDefault(family, SortedBytes.EMPTY);
    }

    byte @Nullable [] get(Family family, byte[] key) {
        var value = family(family).get(key);
        return value == null ? null : value.clone();
    }

    MemoryState with(List<Step> steps) {
        var changed = new EnumMap<Family, SortedBytes>(Family.class);
        changed.putAll(families);
        for (var step : steps) {
            var before = changed.getOrDefault(step.family(), SortedBytes.EMPTY);
            var after =
                    switch (step) {
                        case Step.Put(_, var key, var value) -> before.put(key, value);
                        case Step.Delete(_, var key) -> before.delete(key);
                        case Step.DeleteRange(_, var from, var to) -> before.deleteRange(from, to);
                    };
            changed.put(step.family(), after);
        }
        return new MemoryState(changed);
    }

    /// One write of a batch. The arrays belong to it.
    sealed interface Step {

        Family family();

        record Put(Family family, byte[] key, byte[] value) implements Step {}

        record Delete(Family family, byte[] key) implements Step {}

        record DeleteRange(Family family, byte[] from, byte[] to) implements Step {}
    }
}
