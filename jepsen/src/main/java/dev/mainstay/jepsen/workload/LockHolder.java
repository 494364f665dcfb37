package dev.mainstay.jepsen.workload;

import dev.mainstay.client.Database;
import dev.mainstay.client.Lease;
import dev.mainstay.client.Lock;
import dev.mainstay.client.MainstayException;
import dev.mainstay.client.Operation;
import dev.mainstay.client.Transaction;
import dev.mainstay.jepsen.history.Failure;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Takes a lock again and again, writes under its token, and gives it up or loses it; then writes
/// under the old token all the same, which must not succeed once another has it. One thread.
final class LockHolder {

    private static final Duration TTL = Duration.ofSeconds(3);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int WRITES_MAX = 5;
    private static final int STALE_WRITES = 3;

    private final Place place;
    private final Client client;
    private final RandomGenerator random;
    private final long number;

    private @Nullable Held held;
    private long writes;

    /// Negative once it is given up: so many writes with the old token are still to come.
    private int writesLeft;

    private record Held(Lease lease, Lock lock) {}

    LockHolder(Place place, int who, long number) {
        this.place = place;
        this.client = place.client();
        this.random = place.random(who);
        this.number = number;
    }

    void step() throws InterruptedException {
        var current = held;
        if (current == null) {
            held = acquire().orElse(null);
            writesLeft = random.nextInt(1, WRITES_MAX + 1);
        } else if (writesLeft > 0) {
            writesLeft--;
            write(current);
        } else if (writesLeft == 0) {
            giveUp(current);
            writesLeft = -STALE_WRITES;
        } else {
            write(current);
            writesLeft++;
            held = writesLeft == 0 ? null : current;
        }
    }

    void close() {
        var current = held;
        if (current != null) {
            current.lease().stopRenewing();
        }
    }

    private Database database() {
        return place.site().database();
    }

    private Optional<Held> acquire() throws InterruptedException {
        Lease lease;
        try {
            lease = database().leases().grant(TTL);
        } catch (MainstayException e) {
            return Optional.empty(); // No call on the lock was made.
        }
        var lock =
                client.write(
                                LeaseWorkload.question("acquire", Reply.tree(number, null)),
                                () -> database().lock(place.key("lock/" + number), lease, PATIENCE),
                                this::reply)
                        .flatMap(taken -> taken);
        if (lock.isEmpty()) {
            lease.stopRenewing();
        }
        return lock.map(taken -> new Held(lease, taken));
    }

    private Reply reply(Optional<Lock> taken) {
        return taken.isPresent()
                ? Reply.ok(Reply.tree(number, taken.get().token()), 0)
                : Reply.declined(Failure.Kind.REFUSED, "not free in time");
    }

    private void write(Held by) throws InterruptedException {
        var value = ++writes;
        var tree = Reply.tree(number, by.lock().token(), value);
        var put = Operation.put(place.key("fenced/" + number), Long.toString(value));
        var _ =
                client.write(
                        LeaseWorkload.question("fenced", tree),
                        () -> database().transaction(Transaction.when(by.lock().held()).then(put)),
                        result ->
                                result.succeeded()
                                        ? Reply.ok(tree, result.revision())
                                        : Reply.differs());
    }

    /// By release, by revoking its lease, or by letting that run out.
    private void giveUp(Held mine) throws InterruptedException {
        var tree = Reply.tree(number, mine.lock().token());
        switch (random.nextInt(3)) {
            case 0 -> {
                var release =
                        Transaction.when(mine.lock().held())
                                .then(Operation.delete(mine.lock().key()));
                var _ =
                        client.write(
                                LeaseWorkload.question("release", tree),
                                () -> database().transaction(release),
                                result -> Reply.ok(tree, result.revision()));
                mine.lease().stopRenewing();
            }
            case 1 -> {
                var _ =
                        client.write(
                                LeaseWorkload.question("release", tree),
                                () -> {
                                    mine.lease().revoke();
                                    return tree;
                                },
                                _ -> Reply.ok(tree, 0));
            }
            default -> mine.lease().stopRenewing();
        }
    }
}
