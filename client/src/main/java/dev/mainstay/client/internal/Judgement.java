package dev.mainstay.client.internal;

import io.grpc.Status;

/// What the end of one attempt says about the request it carried.
public enum Judgement {
    /// The node's last word. Trying again gives the same.
    FINAL,
    /// Certainly not carried out, because of the node or the way to it.
    REFUSED,
    /// Certainly not carried out, because there is no leader now.
    LEADERLESS,
    /// Carried out or not: nobody here knows.
    UNKNOWN;

    /// @param sent whether the request reached a connection at all
    static Judgement of(Status status, boolean sent) {
        var description = status.getDescription();
        var text = description == null ? "" : description;
        return switch (status.getCode()) {
            case UNAVAILABLE -> {
                if (sent && text.contains("no leader")) {
                    yield LEADERLESS;
                }
                yield sent ? UNKNOWN : REFUSED;
            }
            case DEADLINE_EXCEEDED, CANCELLED, INTERNAL, UNKNOWN -> sent ? UNKNOWN : REFUSED;
            case RESOURCE_EXHAUSTED -> text.contains("too many requests") ? REFUSED : FINAL;
            case FAILED_PRECONDITION -> text.endsWith("not leader") ? LEADERLESS : FINAL;
            default -> FINAL;
        };
    }
}
