package dev.mainstay.client;

import java.util.List;

/// Keys were deleted.
///
/// @param revision the revision that it made, or the newest when there was nothing to delete
/// @param deleted number of keys; -1 when `detailsLost`
/// @param previous what the keys held before, when it was asked for
/// @param detailsLost the answer is that of an earlier attempt, and history no longer holds what
///   was deleted
/// @param id the transaction's id
/// @param node address of the node that answered
public record DeleteResult(
        long revision,
        long deleted,
        List<KeyValue> previous,
        boolean detailsLost,
        TransactionId id,
        String node) {

    public DeleteResult {
        previous = List.copyOf(previous);
    }
}
