package dev.mainstay.statemachine;

import dev.mainstay.statemachine.mvcc.Hash64;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import dev.mainstay.statemachine.mvcc.Keyspace;
import dev.mainstay.statemachine.mvcc.Marks;
import dev.mainstay.statemachine.mvcc.ReadView;
import dev.mainstay.statemachine.mvcc.SnapshotView;

/// Digests as they are kept with every batch, and as a walk over the state gives them.
final class Digests {

    private static final KeyRange ALL = new KeyRange(Key.copyOf(), null);
    private static final KeyRange ALL_KV = new KeyRange(Key.copyOf(Keyspace.KV), Keyspace.kvEnd());

    private Digests() {}

    static Digest kept(Marks marks) {
        var sums = marks.sums();
        return digest(marks, sums.kv(), sums.others());
    }

    /// The sum over verdicts is taken over as it is: most verdicts are no longer stored.
    static Digest computed(SnapshotView view) {
        // [KV keys, all else]
        var sums = new long[2];
        view.scan(
                ALL,
                view.position().revision(),
                false,
                (key, version) -> {
                    sums[Keyspace.isKv(key) ? 0 : 1] += Hash64.of(key, version);
                    return true;
                });
        for (var lease : view.leases()) {
            sums[1] += Hash64.ofLease(lease.id(), lease.ttlSeconds());
        }
        for (var setting : view.settings("")) {
            sums[1] += Hash64.ofSetting(setting.name(), setting.value());
        }
        return digest(view.marks(), sums[0], sums[1]);
    }

    static int hashKv(ReadView view, long revision) {
        if (view instanceof SnapshotView known && revision == view.position().revision()) {
            return fold(known.marks().sums().kv());
        }
        var sum = new long[1];
        view.scan(
                ALL_KV,
                revision,
                false,
                (key, version) -> {
                    sum[0] += Hash64.of(key, version);
                    return true;
                });
        return fold(sum[0]);
    }

    private static Digest digest(Marks marks, long kvSum, long othersSum) {
        var position = marks.position();
        return new Digest(
                position.index(),
                position.revision(),
                kvSum + othersSum,
                marks.sums().verdicts(),
                fold(kvSum));
    }

    private static int fold(long sum) {
        return (int) (sum ^ (sum >>> 32));
    }
}
