package dev.mainstay.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one [Operation] of a transaction gave. Further kinds come only with a major release.
public sealed interface OperationResult {

    /// @param previous what the key held before, when it existed and was asked for
    record Put(@Nullable KeyValue previous) implements OperationResult {}

    /// @param deleted number of keys
    /// @param previous what they held before, when it was asked for
    record Delete(long deleted, List<KeyValue> previous) implements OperationResult {

        public Delete {
            previous = List.copyOf(previous);
        }
    }

    record Range(RangeResult result) implements OperationResult {}

    record Nested(boolean succeeded, List<OperationResult> results) implements OperationResult {

        public Nested {
            results = List.copyOf(results);
        }
    }
}
