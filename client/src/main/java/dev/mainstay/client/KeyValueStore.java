package dev.mainstay.client;

import java.util.concurrent.CompletionStage;

/// The calls on keys and values, blocking and asynchronous. A [Database] gives each its full
/// strictness; a [Session] reads its own writes from any node.
///
/// Blocking calls throw a [MainstayException], and `InterruptedException` when their thread was
/// interrupted: the call is then ended, and a write may or may not be carried out. The stages of
/// asynchronous calls complete exceptionally with the same, on the client's event loop.
///
/// Every write is sent again, at any node, until the deadline, and carried out exactly once.
public interface KeyValueStore {

    /// Reads a range.
    CompletionStage<RangeResult> getAllAsync(KeyRange range, RangeOptions options);

    /// Puts one key. [KeyNotFoundException] when options keep what does not exist,
    /// [LeaseNotFoundException] when the lease does not exist.
    CompletionStage<PutResult> putAsync(Bytes key, Bytes value, PutOptions options);

    /// Deletes a range; the answer holds the previous entries when `returnsPrevious`.
    CompletionStage<DeleteResult> deleteAsync(KeyRange range, boolean returnsPrevious);

    /// Carries out a transaction.
    CompletionStage<TransactionResult> transactionAsync(Transaction transaction);

    default CompletionStage<RangeResult> getAllAsync(KeyRange range) {
        return getAllAsync(range, defaultOptions());
    }

    default CompletionStage<RangeResult> getAsync(Bytes key) {
        return getAllAsync(KeyRange.key(key), defaultOptions());
    }

    default CompletionStage<RangeResult> getAsync(String key) {
        return getAsync(Bytes.of(key));
    }

    default CompletionStage<PutResult> putAsync(Bytes key, Bytes value) {
        return putAsync(key, value, PutOptions.DEFAULT);
    }

    default CompletionStage<PutResult> putAsync(String key, String value) {
        return putAsync(Bytes.of(key), Bytes.of(value), PutOptions.DEFAULT);
    }

    default CompletionStage<DeleteResult> deleteAsync(String key) {
        return deleteAsync(KeyRange.key(key), false);
    }

    /// The options of reads that name none.
    default RangeOptions defaultOptions() {
        return RangeOptions.DEFAULT;
    }

    default RangeResult getAll(KeyRange range, RangeOptions options) throws InterruptedException {
        return Pending.await(getAllAsync(range, options));
    }

    default RangeResult getAll(KeyRange range) throws InterruptedException {
        return Pending.await(getAllAsync(range));
    }

    default RangeResult get(Bytes key) throws InterruptedException {
        return Pending.await(getAsync(key));
    }

    default RangeResult get(String key) throws InterruptedException {
        return Pending.await(getAsync(key));
    }

    default RangeResult get(String key, ReadMode mode) throws InterruptedException {
        return getAll(KeyRange.key(key), RangeOptions.DEFAULT.mode(mode));
    }

    default PutResult put(Bytes key, Bytes value, PutOptions options) throws InterruptedException {
        return Pending.await(putAsync(key, value, options));
    }

    default PutResult put(Bytes key, Bytes value) throws InterruptedException {
        return Pending.await(putAsync(key, value));
    }

    default PutResult put(String key, String value) throws InterruptedException {
        return Pending.await(putAsync(key, value));
    }

    default PutResult put(String key, String value, PutOptions options)
            throws InterruptedException {
        return put(Bytes.of(key), Bytes.of(value), options);
    }

    default DeleteResult delete(KeyRange range, boolean returnsPrevious)
            throws InterruptedException {
        return Pending.await(deleteAsync(range, returnsPrevious));
    }

    default DeleteResult delete(KeyRange range) throws InterruptedException {
        return delete(range, false);
    }

    default DeleteResult delete(String key) throws InterruptedException {
        return delete(KeyRange.key(key), false);
    }

    default TransactionResult transaction(Transaction transaction) throws InterruptedException {
        return Pending.await(transactionAsync(transaction));
    }
}
