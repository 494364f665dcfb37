package dev.mainstay.statemachine.storage;

/// The key spaces of a store. One atomic batch may write to all of them. The order is part of the
/// disk format.
public enum Family {
    CURRENT,
    HISTORY,
    CHANGES,
    OUTCOME,
    OUTCOME_AGE,
    STAGE,
    LEASE,
    META
}
