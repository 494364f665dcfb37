package dev.mainstay.client;

import java.util.List;

/// A transaction was carried out.
///
/// @param succeeded whether the conditions held, so that the first branch ran
/// @param results of the branch's operations, in order; empty when `detailsLost`
/// @param revision the revision that it made, or the newest when it changed nothing: a token
/// @param detailsLost the answer is that of an earlier attempt, and history no longer holds what
///   the results were made of
/// @param repeated the answer is that of an earlier attempt
/// @param id the id it ran under
/// @param node address of the node that answered
public record TransactionResult(
        boolean succeeded,
        List<OperationResult> results,
        long revision,
        boolean detailsLost,
        boolean repeated,
        TransactionId id,
        String node) {

    public TransactionResult {
        results = List.copyOf(results);
    }
}
