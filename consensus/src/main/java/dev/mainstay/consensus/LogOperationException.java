package dev.mainstay.consensus;

import java.io.Serial;

/// An operation on the group (transfer, membership change, checkpoint) did not work; the message
/// says why, in words for an operator.
public final class LogOperationException extends Exception {

    @Serial private static final long serialVersionUID = 1;

    /// What kind of failure it was, for callers that answer with a code.
    public enum Kind {
        NOT_LEADER,
        NO_SUCH_MEMBER,
        ALREADY_A_MEMBER,
        CHANGE_UNDER_WAY,
        TIMED_OUT,
        FAILED
    }

    private final Kind kind;

    public LogOperationException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
