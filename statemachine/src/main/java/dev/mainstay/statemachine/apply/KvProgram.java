package dev.mainstay.statemachine.apply;

import dev.mainstay.statemachine.command.Command.KvTxn;
import dev.mainstay.statemachine.command.KvAnswer;
import dev.mainstay.statemachine.command.KvAnswer.Found;
import dev.mainstay.statemachine.command.KvCompare;
import dev.mainstay.statemachine.command.KvOp;
import dev.mainstay.statemachine.command.Verdict.Failure;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import dev.mainstay.statemachine.mvcc.Version;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Carries out a KV transaction as etcd does, in three steps that must not be mixed:
///
/// 1. [#choose] fixes the path: all compares, also those of transactions inside, see the state
///    before the whole.
/// 2. [#check] finds the first error on that path, before anything is written.
/// 3. [#run] carries out the steps in order; a range sees what earlier steps wrote.
final class KvProgram {

    private static final byte[] NO_VALUE = {};

    private final KvSpace space;

    KvProgram(KvSpace space) {
        this.space = space;
    }

    /// A branch taken; `inner` has one path for each transaction among `ops`, in order.
    record Path(boolean succeeded, List<KvOp> ops, List<Path> inner) {}

    Path choose(KvTxn txn) {
        return choose(txn.compares(), txn.success(), txn.failure());
    }

    private Path choose(List<KvCompare> compares, List<KvOp> success, List<KvOp> failure) {
        boolean succeeds = holdsAll(compares);
        var ops = succeeds ? success : failure;
        List<Path> inner = List.of();
        for (var op : ops) {
            if (op instanceof KvOp.Txn(var innerCompares, var innerSuccess, var innerFailure)) {
                inner = inner.isEmpty() ? new ArrayList<>() : inner;
                inner.add(choose(innerCompares, innerSuccess, innerFailure));
            }
        }
        return new Path(succeeds, ops, inner);
    }

    private boolean holdsAll(List<KvCompare> compares) {
        for (var compare : compares) {
            if (!holds(compare)) {
                return false;
            }
        }
        return true;
    }

    private boolean holds(KvCompare compare) {
        if (compare.range().isOneKey()) {
            return Comparison.holds(compare, space.get(compare.range().from()));
        }
        // [found any, all hold]
        var state = new boolean[] {false, true};
        space.scan(
                compare.range(),
                (_, version) -> {
                    state[0] = true;
                    state[1] = Comparison.holds(compare, version);
                    return state[1];
                });
        return state[0] ? state[1] : Comparison.holds(compare, null);
    }

    /// The first thing that forbids `path`, or null. Puts are looked at before ranges, as in etcd.
    @Nullable Failure check(Path path) {
        boolean isOneStep = path.ops.size() == 1 && path.inner.isEmpty();
        if (!isOneStep && hasDuplicates(path)) {
            return Failure.DUPLICATE_KEY;
        }
        var failure = checkPuts(path);
        return failure != null ? failure : checkRanges(path);
    }

    private @Nullable Failure checkPuts(Path path) {
        int inner = 0;
        for (var op : path.ops) {
            var failure =
                    switch (op) {
                        case KvOp.Put put -> checkPut(put);
                        case KvOp.Txn _ -> checkPuts(path.inner.get(inner++));
                        case KvOp.Range _, KvOp.Delete _ -> null;
                    };
            if (failure != null) {
                return failure;
            }
        }
        return null;
    }

    private @Nullable Failure checkPut(KvOp.Put put) {
        if ((put.keepsValue() || put.keepsLease()) && space.get(put.key()) == null) {
            return Failure.KEY_NOT_FOUND;
        }
        return put.lease() == 0 || put.keepsLease() || space.hasLease(put.lease())
                ? null
                : Failure.LEASE_NOT_FOUND;
    }

    private @Nullable Failure checkRanges(Path path) {
        int inner = 0;
        for (var op : path.ops) {
            var failure =
                    switch (op) {
                        case KvOp.Range range -> checkRange(range.revision());
                        case KvOp.Txn _ -> checkRanges(path.inner.get(inner++));
                        case KvOp.Put _, KvOp.Delete _ -> null;
                    };
            if (failure != null) {
                return failure;
            }
        }
        return null;
    }

    private @Nullable Failure checkRange(long revision) {
        if (revision > space.revision()) {
            return Failure.FUTURE_REVISION;
        }
        return revision > 0 && revision < space.kvFloor() ? Failure.COMPACTED : null;
    }

    /// Whether a key would be put twice, or put and deleted. The front door refuses that; here it
    /// only has to have the same answer everywhere.
    private static boolean hasDuplicates(Path path) {
        var puts = new TreeSet<Key>();
        var deletes = new ArrayList<KeyRange>();
        if (collect(path, puts, deletes)) {
            return true;
        }
        for (var range : deletes) {
            var first = puts.ceiling(range.from());
            if (first != null && range.contains(first)) {
                return true;
            }
        }
        return false;
    }

    private static boolean collect(Path path, Set<Key> puts, List<KeyRange> deletes) {
        int inner = 0;
        for (var op : path.ops) {
            boolean isTwice =
                    switch (op) {
                        case KvOp.Put put -> !puts.add(put.key());
                        case KvOp.Txn _ -> collect(path.inner.get(inner++), puts, deletes);
                        case KvOp.Delete delete -> {
                            deletes.add(delete.range());
                            yield false;
                        }
                        case KvOp.Range _ -> false;
                    };
            if (isTwice) {
                return true;
            }
        }
        return false;
    }

    /// One answer per step, or none at all if nobody wants them.
    List<KvAnswer> run(Path path, boolean wantsAnswers) {
        List<KvAnswer> answers =
                wantsAnswers ? new ArrayList<>(path.ops.size()) : List.<KvAnswer>of();
        int inner = 0;
        for (var op : path.ops) {
            switch (op) {
                case KvOp.Put put -> {
                    var previous = put(put);
                    if (wantsAnswers) {
                        answers.add(new KvAnswer.Put(put.wantsPrevious() ? previous : null));
                    }
                }
                case KvOp.Delete delete -> {
                    var previous = delete(delete.range());
                    if (wantsAnswers) {
                        List<Found> shown = delete.wantsPrevious() ? previous : List.<Found>of();
                        answers.add(new KvAnswer.Delete(previous.size(), shown));
                    }
                }
                case KvOp.Range range -> {
                    if (wantsAnswers) {
                        answers.add(range(range));
                    }
                }
                case KvOp.Txn _ -> {
                    var innerPath = path.inner.get(inner++);
                    var innerAnswers = run(innerPath, wantsAnswers);
                    if (wantsAnswers) {
                        answers.add(new KvAnswer.Txn(innerPath.succeeded, innerAnswers));
                    }
                }
            }
        }
        return answers;
    }

    private @Nullable Found put(KvOp.Put put) {
        var before = space.get(put.key());
        var value = put.value();
        long lease = put.lease();
        if (before != null) {
            value = put.keepsValue() ? before.value() : value;
            lease = put.keepsLease() ? before.lease() : lease;
        }
        space.put(put.key(), value, lease);
        return before == null ? null : new Found(put.key(), before);
    }

    private List<Found> delete(KeyRange range) {
        var doomed = new ArrayList<Found>();
        if (range.isOneKey()) {
            var version = space.get(range.from());
            if (version != null) {
                doomed.add(new Found(range.from(), version));
            }
        } else {
            space.scan(range, (key, version) -> doomed.add(new Found(key, version)));
        }
        for (var found : doomed) {
            space.delete(found.key());
        }
        return doomed;
    }

    private KvAnswer.Range range(KvOp.Range op) {
        return RangeRead.answer(
                op,
                visitor -> {
                    if (op.revision() > 0) {
                        space.scanAt(op.range(), op.revision(), visitor);
                    } else {
                        space.scan(op.range(), visitor);
                    }
                });
    }

    /// One compare against one version, null for an absent key.
    private static final class Comparison {

        static boolean holds(KvCompare compare, @Nullable Version version) {
            int order =
                    switch (compare.target()) {
                        case VERSION -> order(version == null ? 0 : version.version(), compare);
                        case CREATE ->
                                order(version == null ? 0 : version.createRevision(), compare);
                        case MOD -> order(version == null ? 0 : version.modRevision(), compare);
                        case LEASE -> order(version == null ? 0 : version.lease(), compare);
                        case VALUE -> orderOfValues(version, compare);
                    };
            boolean isMissingValue = version == null && compare.target() == KvCompare.Target.VALUE;
            return !isMissingValue
                    && switch (compare.result()) {
                        case EQUAL -> order == 0;
                        case GREATER -> order > 0;
                        case LESS -> order < 0;
                        case NOT_EQUAL -> order != 0;
                    };
        }

        private static int order(long number, KvCompare compare) {
            return Long.compare(number, compare.number());
        }

        private static int orderOfValues(@Nullable Version version, KvCompare compare) {
            var value = version == null ? NO_VALUE : version.value();
            return Arrays.compareUnsigned(value, compare.value());
        }
    }
}
