package dev.mainstay.statemachine.command;

import dev.mainstay.statemachine.mvcc.Key;

/// The state machine's answer to a [Command]; part of the replicated state, hence deterministic.
public sealed interface Verdict {

    /// Keys changed: `revision` is the transaction's own. `branch` is true unless a KvTxn's
    /// compares failed.
    record Committed(long revision, boolean branch) implements Verdict {}

    /// Carried out without changing a key; `revision` was the newest at that moment.
    record Done(long revision, boolean branch) implements Verdict {}

    /// Something that a Commit relied on had changed.
    record Conflict(Key key, long changedAt) implements Verdict {}

    /// The command broke a rule, and changed nothing.
    record Failed(Failure failure, long revision) implements Verdict {}

    /// The id was made void before its command came.
    record Voided(long revision) implements Verdict {}

    /// Older than the outcome floor: whether it was ever carried out is not known. Never stored.
    record Expired(long floor) implements Verdict {}

    /// Answers [Command.NodeStart].
    record Started(int incarnation, long revision) implements Verdict {}

    /// The order is part of the log format.
    enum Failure {
        LEASE_NOT_FOUND,
        LEASE_EXISTS,
        KEY_NOT_FOUND,
        COMPACTED,
        FUTURE_REVISION,
        /// ExpireLease in an entry of another term.
        WRONG_TERM,
        /// PutSetting whose expectation did not hold.
        SETTING_CHANGED,
        DUPLICATE_KEY
    }
}
