package dev.mainstay.statemachine.command;

import dev.mainstay.statemachine.mvcc.KeyRange;

/// One condition of a KV transaction; every key of `range` must meet it. An empty range is compared
/// as one absent key (all numbers 0), except that VALUE then never holds.
///
/// @param number the operand for all targets but VALUE
/// @param value the operand for VALUE, else empty
public record KvCompare(KeyRange range, Target target, Result result, long number, byte[] value) {

    /// The order is part of the log format, and etcd's.
    public enum Target {
        VERSION,
        CREATE,
        MOD,
        VALUE,
        LEASE
    }

    /// The order is part of the log format, and etcd's.
    public enum Result {
        EQUAL,
        GREATER,
        LESS,
        NOT_EQUAL
    }
}
