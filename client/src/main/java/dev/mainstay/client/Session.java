package dev.mainstay.client;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/// A store that reads its own writes and never goes back, on whatever node: its reads wait for the
/// newest revision that it has seen. Thread-safe, cheap, needs no closing.
///
/// Its token can be handed on, say in a cookie, so that the next service sees what this one did.
public final class Session implements KeyValueStore {

    private final AtomicLong token = new AtomicLong();
    private final StoreCalls store;

    Session(Calls calls) {
        store =
                new StoreCalls(
                        new Calls(calls.cluster(), calls.timeout(), calls.pin(), this::advanceTo));
    }

    /// The newest revision seen; 0 = none yet.
    public long token() {
        return token.get();
    }

    /// Makes later reads see at least the state at `revision`. Never goes back.
    public void advanceTo(long revision) {
        if (revision > token.get()) {
            token.accumulateAndGet(revision, Math::max);
        }
    }

    @Override
    public RangeOptions defaultOptions() {
        return RangeOptions.DEFAULT.mode(ReadMode.session(token()));
    }

    @Override
    public CompletionStage<RangeResult> getAllAsync(KeyRange range, RangeOptions options) {
        var mode = options.mode().isStrict() ? ReadMode.session(token()) : options.mode();
        return store.getAllAsync(range, options.mode(mode));
    }

    @Override
    public CompletionStage<PutResult> putAsync(Bytes key, Bytes value, PutOptions options) {
        return store.putAsync(key, value, options);
    }

    @Override
    public CompletionStage<DeleteResult> deleteAsync(KeyRange range, boolean returnsPrevious) {
        return store.deleteAsync(range, returnsPrevious);
    }

    @Override
    public CompletionStage<TransactionResult> transactionAsync(Transaction transaction) {
        return store.transactionAsync(transaction);
    }
}
