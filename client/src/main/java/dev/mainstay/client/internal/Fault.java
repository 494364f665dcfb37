package dev.mainstay.client.internal;

import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/// Why a call has no answer.
///
/// @param status what the last attempt ended with
/// @param isFinal a node decided so; otherwise time ran out
/// @param maybeExecuted an attempt, not necessarily the last one, may have been carried out
/// @param leaderMissing the last that was heard is that there is no leader
/// @param attempts how often it was tried
/// @param node the last node tried; null when none was
public record Fault(
        Status status,
        boolean isFinal,
        boolean maybeExecuted,
        boolean leaderMissing,
        int attempts,
        @Nullable Node node) {

    /// What the node said, or an empty text.
    public String text() {
        var description = status.getDescription();
        return description == null ? "" : description;
    }

    public boolean says(String part) {
        return text().contains(part);
    }
}
