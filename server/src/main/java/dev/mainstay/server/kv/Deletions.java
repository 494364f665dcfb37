package dev.mainstay.server.kv;

import dev.mainstay.server.gateway.Gateway;
import dev.mainstay.statemachine.feed.CompactedException;
import dev.mainstay.statemachine.feed.Feed;
import dev.mainstay.statemachine.feed.FeedCursor;
import dev.mainstay.statemachine.feed.Revised;
import dev.mainstay.statemachine.mvcc.Key;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;

/// Wakes threads that wait for keys to be deleted.
///
/// One virtual thread follows the feed for all of them, as long as there are any: hundreds may wait
/// for one lock, and would otherwise each look at every change. The lock guards `waiting` and
/// `isFollowed`.
final class Deletions {

    private static final long BATCH_BYTES_MAX = 1 << 20;

    private final Gateway gateway;
    private final Object lock = new Object();
    private final Map<Key, List<Semaphore>> waiting = new HashMap<>();
    private boolean isFollowed;

    /// Released for the follower: something was published, or nobody waits any more.
    private final Semaphore news = new Semaphore(0);

    Deletions(Gateway gateway) {
        this.gateway = gateway;
    }

    /// Waits until `isOver`, which is asked at the beginning and whenever one of `keys` has been
    /// deleted.
    void await(List<Key> keys, BooleanSupplier isOver) throws InterruptedException {
        var wake = new Semaphore(0);
        try {
            register(keys, wake);
            // The order is the proof: a deletion is either seen by the follower, which looks from
            // now on, or already in the store that is asked next.
            while (!isOver.getAsBoolean()) {
                wake.acquire();
                wake.drainPermits();
                ensureFollowed();
            }
        } finally {
            unregister(keys, wake);
        }
    }

    private void register(List<Key> keys, Semaphore wake) {
        synchronized (lock) {
            for (var key : keys) {
                waiting.computeIfAbsent(key, _ -> new ArrayList<>()).add(wake);
            }
        }
        ensureFollowed();
    }

    private void unregister(List<Key> keys, Semaphore wake) {
        synchronized (lock) {
            for (var key : keys) {
                var waiters = waiting.get(key);
                if (waiters != null && waiters.remove(wake) && waiters.isEmpty()) {
                    waiting.remove(key);
                }
            }
            if (waiting.isEmpty()) {
                news.release();
            }
        }
    }

    private void ensureFollowed() {
        synchronized (lock) {
            if (!isFollowed) {
                isFollowed = true;
                var feed = gateway.feed();
                var cursor = feed.open(feed.newest() + 1);
                Thread.ofVirtual().name("deletions").start(() -> follow(cursor));
            }
        }
    }

    private void follow(FeedCursor cursor) {
        Feed.Listener listener = _ -> publish();
        gateway.feed().subscribe(listener);
        try (cursor) {
            while (!isLast()) {
                pass(cursor.next(BATCH_BYTES_MAX));
            }
        } catch (CompactedException | InterruptedException e) {
            // Whoever still waits is woken below, looks for itself, and starts another follower.
        } finally {
            gateway.feed().unsubscribe(listener);
            end();
        }
    }

    /// On the apply thread. One permit is enough: what it stands for is looked at after it is
    /// taken.
    private void publish() {
        if (news.availablePermits() == 0) {
            news.release();
        }
    }

    private void pass(List<Revised> batch) throws InterruptedException {
        if (batch.isEmpty()) {
            news.acquire();
            news.drainPermits();
        }
        for (var revised : batch) {
            for (var change : revised.changes()) {
                if (change.now() == null) {
                    wake(change.key());
                }
            }
        }
    }

    private void wake(Key key) {
        synchronized (lock) {
            waiting.getOrDefault(key, List.of()).forEach(Semaphore::release);
        }
    }

    /// Whether nobody waits any more; then this follower is over.
    private boolean isLast() {
        synchronized (lock) {
            return waiting.isEmpty();
        }
    }

    private void end() {
        synchronized (lock) {
            isFollowed = false;
            waiting.values().forEach(waiters -> waiters.forEach(Semaphore::release));
        }
    }
}
