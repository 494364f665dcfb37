package dev.mainstay.consensus;

import org.jspecify.annotations.Nullable;

/// What became of a proposal that was not seen to be applied.
///
/// Losing leadership is not an error of this program, so it is a value and not an exception; the
/// compiler then asks every caller what it does about [Unknown].
public sealed interface Lost {

    /// The command is certainly not in the log. Proposing it again is safe.
    record Refused(Reason reason, @Nullable MemberId leader) implements Lost {}

    /// The command may or may not be in the log. Only its outcome record can tell.
    record Unknown(Reason reason) implements Lost {}

    /// Why a proposal did not simply succeed.
    enum Reason {
        NOT_LEADER,
        NO_QUORUM,
        QUEUE_FULL,
        /// The disk of the leader is nearly full: writes are refused until space is freed.
        DISK_FULL,
        TIMED_OUT,
        SHUTTING_DOWN
    }
}
