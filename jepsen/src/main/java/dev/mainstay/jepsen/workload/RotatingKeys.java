package dev.mainstay.jepsen.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.random.RandomGenerator;

/// A few live keys, each given up for a fresh one after a number of calls, so that no key gathers
/// many unknown calls. Keys are numbers from 0. Thread-safe.
final class RotatingKeys {

    private final AtomicLongArray calls;
    private final int callsPerKey;

    RotatingKeys(int live, int callsPerKey) {
        this.calls = new AtomicLongArray(live);
        this.callsPerKey = callsPerKey;
    }

    /// A live key, for one call.
    long next(RandomGenerator random) {
        var slot = random.nextInt(calls.length());
        return key(slot, calls.getAndIncrement(slot));
    }

    /// An unknown call: the key is given up sooner.
    void unknown(long key) {
        var slot = (int) (key % calls.length());
        calls.addAndGet(slot, callsPerKey / 8);
    }

    /// The newest `perSlot` keys of each place, the live ones among them.
    List<Long> newest(int perSlot) {
        List<Long> keys = new ArrayList<>();
        for (var slot = 0; slot < calls.length(); slot++) {
            var live = key(slot, Math.max(0, calls.get(slot) - 1));
            var oldest = Math.max(slot, live - (perSlot - 1L) * calls.length());
            for (var key = oldest; key <= live; key += calls.length()) {
                keys.add(key);
            }
        }
        return keys;
    }

    /// All keys ever given.
    List<Long> all() {
        return newest(Integer.MAX_VALUE);
    }

    private long key(int slot, long nth) {
        return slot + nth / callsPerKey * calls.length();
    }
}
