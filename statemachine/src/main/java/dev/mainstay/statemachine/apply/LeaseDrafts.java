package dev.mainstay.statemachine.apply;

import dev.mainstay.statemachine.mvcc.Hash64;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.LeaseRows;
import dev.mainstay.statemachine.mvcc.StateReader;
import dev.mainstay.statemachine.storage.ByteBatch;
import dev.mainstay.statemachine.storage.Family;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/// The leases that one entry has looked at or changed, and the keys that it hung on them or took
/// off, over the stored ones. Apply thread.
final class LeaseDrafts {

    private static final byte[] NOTHING = {};
    private static final long NONE = -1;

    private final StateReader stored;

    /// TTLs in seconds as the entry sees them.
    private final TreeMap<Long, Long> seconds = new TreeMap<>();

    private final TreeSet<Long> changed = new TreeSet<>();

    /// Per lease, whether a key hangs on it now.
    private final TreeMap<Long, TreeMap<Key, Boolean>> keys = new TreeMap<>();

    private long sum;

    LeaseDrafts(StateReader stored) {
        this.stored = stored;
    }

    boolean has(long lease) {
        return seconds(lease) != NONE;
    }

    void grant(long lease, long ttlSeconds) {
        sum += Hash64.ofLease(lease, ttlSeconds);
        seconds.put(lease, ttlSeconds);
        changed.add(lease);
    }

    void end(long lease) {
        sum -= Hash64.ofLease(lease, seconds(lease));
        seconds.put(lease, NONE);
        changed.add(lease);
    }

    /// The key leaves lease `from` for lease `to`; 0 is none.
    void move(Key key, long from, long to) {
        if (from == to) {
            return;
        }
        if (from != 0) {
            keys.computeIfAbsent(from, _ -> new TreeMap<>()).put(key, false);
        }
        if (to != 0) {
            keys.computeIfAbsent(to, _ -> new TreeMap<>()).put(key, true);
        }
    }

    List<Key> keys(long lease) {
        var all = new TreeSet<>(stored.leaseKeys(lease));
        var moved = keys.get(lease);
        if (moved != null) {
            moved.forEach((key, hangs) -> {
                if (hangs) {
                    all.add(key);
                } else {
                    all.remove(key);
                }
            });
        }
        return List.copyOf(all);
    }

    void finish(ByteBatch batch) {
        for (long lease : changed) {
            long ttl = seconds(lease);
            if (ttl == NONE) {
                batch.delete(Family.LEASE, LeaseRows.lease(lease));
            } else {
                batch.put(Family.LEASE, LeaseRows.lease(lease), LeaseRows.ttl(ttl));
            }
        }
        keys.forEach((lease, moved) ->
                moved.forEach((key, hangs) -> {
                    var row = LeaseRows.key(lease, key);
                    if (hangs) {
                        batch.put(Family.LEASE, row, NOTHING);
                    } else {
                        batch.delete(Family.LEASE, row);
                    }
                }));
    }

    /// What the entry adds to the sum over leases.
    long sum() {
        return sum;
    }

    private long seconds(long lease) {
        var known = seconds.get(lease);
        if (known == null) {
            known = stored.leaseSeconds(lease);
            seconds.put(lease, known);
        }
        return known;
    }
}
