package dev.mainstay.jepsen.workload;

import dev.mainstay.jepsen.history.Failure;
import java.util.Arrays;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/// What the store's answer is in a history.
sealed interface Reply {

    /// Done, or seen.
    ///
    /// @param revision of the answer; 0 if it has none
    /// @param term of the answer; 0 if it has none
    record Ok(@Nullable Object value, long revision, long term) implements Reply {}

    /// The store looked and said no: certainly without effect.
    record Declined(Failure failure) implements Reply {}

    static Reply ok(@Nullable Object value, long revision) {
        return new Ok(value, revision, 0);
    }

    /// The comparison did not hold.
    static Reply differs() {
        return new Declined(new Failure(Failure.Kind.PRECONDITION, "the comparison did not hold"));
    }

    static Reply declined(Failure.Kind kind, String why) {
        return new Declined(new Failure(kind, why));
    }

    /// A list that may hold nulls, for values of events.
    static Object tree(@Nullable Object... items) {
        return Collections.unmodifiableList(Arrays.<@Nullable Object>asList(items));
    }
}
