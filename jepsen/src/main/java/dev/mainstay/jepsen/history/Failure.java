package dev.mainstay.jepsen.history;

/// Why a call did not end well.
public record Failure(Kind kind, String message) {

    public enum Kind {
        /// The comparison did not hold: an observation of the state, unlike all others.
        PRECONDITION,
        CONFLICT,
        NOT_SENT,
        TIMEOUT,
        DISCONNECTED,
        OVERLOAD,
        /// The store decided against it (compacted, expired, lease not found).
        REFUSED
    }
}
