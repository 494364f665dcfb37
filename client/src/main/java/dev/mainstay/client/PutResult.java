package dev.mainstay.client;

import org.jspecify.annotations.Nullable;

/// A key was put.
///
/// @param revision the revision that it made
/// @param previous what the key held before; null when it did not exist, or nobody asked, or see
///   [#detailsLost]
/// @param detailsLost the answer is that of an earlier attempt, and history no longer holds
///   `previous`
/// @param id the transaction's id
/// @param node address of the node that answered
public record PutResult(
        long revision,
        @Nullable KeyValue previous,
        boolean detailsLost,
        TransactionId id,
        String node) {}
