package dev.mainstay.client;

import dev.mainstay.client.internal.Cluster;
import dev.mainstay.client.internal.Node;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// A connection to one database, over as many nodes as it has. Thread-safe; made once and shared.
///
/// Reads are strict unless they say otherwise ([RangeOptions#mode]). Calls go to the leader or to a
/// node that works, and are tried again with growing, random pauses until the deadline.
///
/// [#pinned], [#withTimeout] and [#session] give views: they share the connection, and closing one
/// closes nothing. Close what [Mainstay] gave.
public final class Database implements KeyValueStore, AutoCloseable {

    private final Calls calls;
    private final StoreCalls store;
    private final boolean isView;

    Database(Cluster cluster, Duration timeout) {
        this(new Calls(cluster, timeout, null, _ -> {}), false);
    }

    private Database(Calls calls, boolean isView) {
        this.calls = calls;
        this.store = new StoreCalls(calls);
        this.isView = isView;
    }

    private Database view(Duration timeout, @Nullable Node pin) {
        return new Database(new Calls(calls.cluster(), timeout, pin, calls.tokens()), true);
    }

    /// A view that asks only the node that reads go to now.
    public Database pinned() {
        return view(calls.timeout(), calls.cluster().router().home());
    }

    /// A view that asks only the node at `endpoint` (`host:port`, its gRPC address), and gives up
    /// on a call when that node does not answer until the deadline.
    public Database pinned(String endpoint) {
        return view(
                calls.timeout(), calls.cluster().router().node(Mainstay.checkedEndpoint(endpoint)));
    }

    /// A view whose calls have another time from start to deadline.
    public Database withTimeout(Duration timeout) {
        return view(Mainstay.positive(timeout), calls.pin());
    }

    /// A store that reads its own writes from any node, beginning without a token.
    public Session session() {
        return new Session(calls);
    }

    /// Watches a range for what comes from now on. Returns when a node watches.
    public Watch watch(KeyRange range) throws InterruptedException {
        return watch(range, WatchOptions.DEFAULT);
    }

    public Watch watch(KeyRange range, WatchOptions options) throws InterruptedException {
        return Pending.await(watchAsync(range, options));
    }

    public CompletionStage<Watch> watchAsync(KeyRange range, WatchOptions options) {
        return Watch.start(calls, range, options);
    }

    public Leases leases() {
        return new Leases(calls);
    }

    /// Waits at most `patience` for the lock `name`, which then lives with `lease`; empty when it
    /// was not free in time. Nothing is left behind then.
    ///
    /// @param name under `name/` lie the keys of those who queue up, and nothing else may
    public Optional<Lock> lock(String name, Lease lease, Duration patience)
            throws InterruptedException {
        return Lock.acquire(this, name, lease, patience);
    }

    /// Does so on a virtual thread.
    public CompletionStage<Optional<Lock>> lockAsync(String name, Lease lease, Duration patience) {
        var result = new CompletableFuture<Optional<Lock>>();
        var _ =
                Thread.ofVirtual()
                        .name("mainstay-lock")
                        .start(() -> {
                            try {
                                result.complete(lock(name, lease, patience));
                            } catch (MainstayException | InterruptedException e) {
                                result.completeExceptionally(e);
                            }
                        });
        return result;
    }

    public Admin admin() {
        return new Admin(calls);
    }

    /// A fresh id for [Transaction#withId]. Use it within minutes of making it.
    public TransactionId newTransactionId() throws InterruptedException {
        if (!calls.cluster().revisions().isCurrent()) {
            var _ = getAll(KeyRange.all(), RangeOptions.DEFAULT.mode(ReadMode.local()).limit(1));
        }
        return calls.newId();
    }

    /// What became of the transaction `id`. One that the log has not seen is first made void, so
    /// the answer is final.
    public CompletionStage<Outcome> outcomeAsync(TransactionId id) {
        return store.outcomeAsync(id);
    }

    public Outcome outcome(TransactionId id) throws InterruptedException {
        return Pending.await(outcomeAsync(id));
    }

    @Override
    public CompletionStage<RangeResult> getAllAsync(KeyRange range, RangeOptions options) {
        return store.getAllAsync(range, options);
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

    /// Ends all calls under way and the connections. Does not wait.
    @Override
    public void close() {
        if (!isView) {
            calls.cluster().close();
        }
    }
}
