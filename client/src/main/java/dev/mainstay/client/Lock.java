package dev.mainstay.client;

import java.time.Duration;
import java.util.Optional;

/// A lock that is held, until it is closed or its lease is lost.
///
/// **A lock cannot stop a holder that does not know yet that its lease is gone** (a long pause of
/// the process is enough). Whatever the lock protects must be given [#token], and must refuse a
/// smaller one than it has seen.
///
/// The keys are those of etcd's recipe, `name/<lease in hex>`, so its clients queue up alike.
public final class Lock implements AutoCloseable {

    private final Database database;
    private final Lease lease;
    private final String key;
    private final long token;

    private Lock(Database database, Lease lease, String key, long token) {
        this.database = database;
        this.lease = lease;
        this.key = key;
        this.token = token;
    }

    /// The fencing token: grows from holder to holder. It is the create revision of [#key].
    public long token() {
        return token;
    }

    /// Exists as long as the lock is held: a transaction can rely on it with [#held].
    public String key() {
        return key;
    }

    /// The condition that makes a transaction fail once the lock is lost.
    public Compare held() {
        return Compare.createRevision(key).equalTo(token);
    }

    /// Whether the lease surely still lives.
    public boolean isHeld() {
        return lease.remaining().isPositive();
    }

    /// Gives the lock up. When no node can be reached, it goes with its lease.
    @Override
    public void close() {
        try {
            release(database, key, token);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (MainstayException _) {
            // It goes with its lease.
        }
    }

    /// Queues up, and waits at most `patience` for the turn.
    static Optional<Lock> acquire(Database database, String name, Lease lease, Duration patience)
            throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        var key = "%s/%x".formatted(name, lease.id());
        long token = enqueue(database, key, lease.id());
        boolean isMine = false;
        try {
            isMine = awaitTurn(database, name, key, token, deadline);
        } finally {
            if (!isMine) {
                new Lock(database, lease, key, token).close();
            }
        }
        return isMine ? Optional.of(new Lock(database, lease, key, token)) : Optional.empty();
    }

    private static long enqueue(Database database, String key, long lease)
            throws InterruptedException {
        var options = PutOptions.DEFAULT.withLease(lease);
        var result =
                database.transaction(
                        Transaction.when(Compare.absent(key))
                                .then(Operation.put(Bytes.of(key), Bytes.EMPTY, options)));
        return result.succeeded() ? result.revision() : ownRevision(database, key);
    }

    private static long ownRevision(Database database, String key) throws InterruptedException {
        return database.get(key)
                .entry()
                .map(KeyValue::createRevision)
                .orElseThrow(
                        () -> new LeaseNotFoundException("the lease of " + key + " ran out", null));
    }

    /// Each waits for the one before it only, so that an unlock wakes one and not all.
    private static boolean awaitTurn(
            Database database, String name, String key, long token, long deadline)
            throws InterruptedException {
        var before =
                RangeOptions.DEFAULT
                        .createRevisions(0, token - 1)
                        .descending(RangeOptions.SortBy.CREATE_REVISION)
                        .limit(1);
        while (true) {
            var found = database.getAll(KeyRange.prefix(name + "/"), before);
            if (found.entry().isEmpty()) {
                return ownRevision(database, key) == token;
            }
            var predecessor = found.entry().get().key();
            if (!awaitDelete(database, predecessor, found.revision() + 1, deadline)) {
                return false;
            }
        }
    }

    private static boolean awaitDelete(Database database, Bytes key, long from, long deadline)
            throws InterruptedException {
        var options = WatchOptions.DEFAULT.startingAt(from).withoutPuts();
        try (var watch = database.watch(KeyRange.key(key), options)) {
            return watch.next(Duration.ofNanos(deadline - System.nanoTime())).isPresent();
        }
    }

    private static void release(Database database, String key, long token)
            throws InterruptedException {
        var _ =
                database.transaction(
                        Transaction.when(Compare.createRevision(key).equalTo(token))
                                .then(Operation.delete(key)));
    }
}
