package dev.mainstay.jepsen.history;

import org.jspecify.annotations.Nullable;

/// One line of a history.
///
/// A value is a tree of `Long`, `String`, `Boolean`, `null`, `List` and `Map<String, …>`, nothing
/// else, so that it is equal to itself after a way through a file.
///
/// @param index grows by one from event to event, over all workloads
/// @param nanos since the run began, by the one clock of the suite
/// @param process who: a client, single-threaded; a client has a new number after an [Type#INFO].
///   [#NEMESIS] for faults
/// @param function what was called, such as `read` or `txn`
/// @param value of a call: its arguments, with `null` for what only the answer tells; of an
///   [Type#OK]: the same, filled in
public record Event(
        long index,
        long nanos,
        long process,
        Type type,
        String workload,
        String function,
        @Nullable Object value,
        @Nullable Failure failure,
        About about) {

    /// The process number of faults; written as `"nemesis"`.
    public static final long NEMESIS = -1;

    public enum Type {
        /// Written before the first byte leaves.
        INVOKE,
        /// Acknowledged.
        OK,
        /// Certainly without effect.
        FAIL,
        /// Unknown: it may have happened, and may happen later.
        INFO
    }

    public boolean isCompletion() {
        return type != Type.INVOKE;
    }
}
