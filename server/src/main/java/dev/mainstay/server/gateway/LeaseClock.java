package dev.mainstay.server.gateway;

import dev.mainstay.statemachine.LeaseListener;
import dev.mainstay.statemachine.mvcc.ReadView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// The deadlines of all leases, on the leader's monotonic clock.
///
/// A new leader gives every lease its full time: never early, late by at most one time to live and
/// an election per leader change. Any thread.
final class LeaseClock implements LeaseListener {

    private static final class Deadline {
        final long ttlSeconds;
        long at;
        boolean isExpiring;

        Deadline(long ttlSeconds, long now) {
            this.ttlSeconds = ttlSeconds;
            at = now + TimeUnit.SECONDS.toNanos(ttlSeconds);
        }

        long remainingSeconds(long now) {
            return Math.max(0, Math.ceilDiv(at - now, 1_000_000_000L));
        }
    }

    /// What the clock says of one lease.
    sealed interface Reading {

        record Running(long grantedSeconds, long remainingSeconds) implements Reading {}

        /// Its expiry is proposed, and not decided yet.
        record Expiring() implements Reading {}

        record Missing() implements Reading {}
    }

    private final ReentrantLock lock = new ReentrantLock();

    /// Guarded by `lock`; empty while this node does not lead.
    private final Map<Long, Deadline> deadlines = new HashMap<>();

    /// Guarded by `lock`: the term in which this node leads, or 0.
    private long term;

    /// Guarded by `lock`: between [#lead] and [#load].
    private boolean isLoading;

    /// Guarded by `lock`: the view that is being loaded may still hold these.
    private final Set<Long> endedWhileLoading = new HashSet<>();

    /// This node leads in `newTerm`: what is granted and ended is noted from now on. [#load]
    /// follows.
    void lead(long newTerm) {
        lock.lock();
        try {
            deadlines.clear();
            endedWhileLoading.clear();
            term = newTerm;
            isLoading = true;
        } finally {
            lock.unlock();
        }
    }

    /// Starts the clocks of all leases in `view`, which was opened after [#lead] and contains
    /// everything committed in earlier terms.
    void load(long ofTerm, ReadView view, long now) {
        lock.lock();
        try {
            if (term != ofTerm || !isLoading) {
                return;
            }
            for (var lease : view.leases()) {
                if (!endedWhileLoading.contains(lease.id())) {
                    deadlines.putIfAbsent(lease.id(), new Deadline(lease.ttlSeconds(), now));
                }
            }
            endedWhileLoading.clear();
            isLoading = false;
        } finally {
            lock.unlock();
        }
    }

    void stop() {
        lock.lock();
        try {
            deadlines.clear();
            term = 0;
            isLoading = false;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void granted(long lease, long ttlSeconds) {
        lock.lock();
        try {
            if (term != 0) {
                deadlines.put(lease, new Deadline(ttlSeconds, System.nanoTime()));
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void ended(long lease) {
        lock.lock();
        try {
            deadlines.remove(lease);
            if (isLoading) {
                endedWhileLoading.add(lease);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Empty when this node does not lead. With `renews`, a running lease gets its full time.
    Optional<Reading> read(long lease, boolean renews) {
        long now = System.nanoTime();
        lock.lock();
        try {
            if (term == 0 || isLoading) {
                return Optional.empty();
            }
            var deadline = deadlines.get(lease);
            if (deadline == null) {
                return Optional.of(new Reading.Missing());
            }
            if (deadline.isExpiring) {
                return Optional.of(new Reading.Expiring());
            }
            if (renews) {
                deadline.at = now + TimeUnit.SECONDS.toNanos(deadline.ttlSeconds);
            }
            return Optional.of(
                    new Reading.Running(deadline.ttlSeconds, deadline.remainingSeconds(now)));
        } finally {
            lock.unlock();
        }
    }

    record Due(long term, List<Long> leases) {}

    /// The leases whose time is over, marked as expiring: the caller proposes their end.
    Due takeDue(long now, int atMost) {
        lock.lock();
        try {
            var due = new ArrayList<Long>();
            for (var entry : deadlines.entrySet()) {
                var deadline = entry.getValue();
                if (!deadline.isExpiring && deadline.at - now <= 0 && due.size() < atMost) {
                    deadline.isExpiring = true;
                    due.add(entry.getKey());
                }
            }
            return new Due(term, due);
        } finally {
            lock.unlock();
        }
    }

    /// The proposal to end `lease` is certainly not in the log: it lives on, and is due again.
    void expiryRefused(long ofTerm, long lease) {
        lock.lock();
        try {
            var deadline = deadlines.get(lease);
            if (term == ofTerm && deadline != null) {
                deadline.isExpiring = false;
            }
        } finally {
            lock.unlock();
        }
    }
}
