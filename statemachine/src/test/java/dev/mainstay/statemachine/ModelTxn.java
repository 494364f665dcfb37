package dev.mainstay.statemachine;

import dev.mainstay.statemachine.command.Command.KvTxn;
import dev.mainstay.statemachine.command.KvAnswer;
import dev.mainstay.statemachine.command.KvAnswer.Found;
import dev.mainstay.statemachine.command.KvCompare;
import dev.mainstay.statemachine.command.KvOp;
import dev.mainstay.statemachine.command.Verdict;
import dev.mainstay.statemachine.command.Verdict.Failure;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import dev.mainstay.statemachine.mvcc.Version;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A KV transaction on the model: the whole state is copied before, and compares look at the copy.
final class ModelTxn {

    private final Model model;
    private final TreeMap<Key, Version> before;
    private final IdentityHashMap<KvOp.Txn, Boolean> branches = new IdentityHashMap<>();

    ModelTxn(Model model) {
        this.model = model;
        before = new TreeMap<>(model.now);
    }

    Verdict run(KvTxn txn, List<KvAnswer> answers) {
        var root = new KvOp.Txn(txn.compares(), txn.success(), txn.failure());
        var path = new ArrayList<KvOp>();
        flatten(root, path);
        var failure = failure(path);
        if (failure != null) {
            return model.failed(failure);
        }
        answers.addAll(run(root));
        return model.finish(succeeds(root));
    }

    private boolean succeeds(KvOp.Txn txn) {
        return branches.computeIfAbsent(txn, t -> t.compares().stream().allMatch(this::holds));
    }

    private List<KvOp> branch(KvOp.Txn txn) {
        return succeeds(txn) ? txn.success() : txn.failure();
    }

    private void flatten(KvOp.Txn txn, List<KvOp> path) {
        for (var op : branch(txn)) {
            if (op instanceof KvOp.Txn inner) {
                flatten(inner, path);
            } else {
                path.add(op);
            }
        }
    }

    private boolean holds(KvCompare compare) {
        var versions = within(before, compare.range()).values();
        if (versions.isEmpty()) {
            return compare.target() != KvCompare.Target.VALUE
                    && holds(compare, new Version(0, 0, 0, 0, new byte[0]));
        }
        return versions.stream().allMatch(version -> holds(compare, version));
    }

    private static boolean holds(KvCompare compare, Version version) {
        int order =
                switch (compare.target()) {
                    case VERSION -> Long.compare(version.version(), compare.number());
                    case CREATE -> Long.compare(version.createRevision(), compare.number());
                    case MOD -> Long.compare(version.modRevision(), compare.number());
                    case LEASE -> Long.compare(version.lease(), compare.number());
                    case VALUE -> Arrays.compareUnsigned(version.value(), compare.value());
                };
        return switch (compare.result()) {
            case EQUAL -> order == 0;
            case GREATER -> order > 0;
            case LESS -> order < 0;
            case NOT_EQUAL -> order != 0;
        };
    }

    private @Nullable Failure failure(List<KvOp> path) {
        for (int i = 0; i < path.size(); i++) {
            if (path.get(i) instanceof KvOp.Put put) {
                for (int j = 0; j < path.size(); j++) {
                    boolean isTwice =
                            switch (path.get(j)) {
                                case KvOp.Put other -> i != j && other.key().equals(put.key());
                                case KvOp.Delete other -> other.range().contains(put.key());
                                case KvOp.Range _, KvOp.Txn _ -> false;
                            };
                    if (isTwice) {
                        return Failure.DUPLICATE_KEY;
                    }
                }
            }
        }
        for (var op : path) {
            if (op instanceof KvOp.Put put) {
                boolean keeps = put.keepsValue() || put.keepsLease();
                if (keeps && !before.containsKey(put.key())) {
                    return Failure.KEY_NOT_FOUND;
                }
                boolean usesLease = put.lease() != 0 && !put.keepsLease();
                if (usesLease && !model.leases.containsKey(put.lease())) {
                    return Failure.LEASE_NOT_FOUND;
                }
            }
        }
        for (var op : path) {
            if (op instanceof KvOp.Range range && range.revision() > 0) {
                if (range.revision() > model.revision()) {
                    return Failure.FUTURE_REVISION;
                }
                if (range.revision() < model.kvFloor) {
                    return Failure.COMPACTED;
                }
            }
        }
        return null;
    }

    private List<KvAnswer> run(KvOp.Txn txn) {
        var answers = new ArrayList<KvAnswer>();
        for (var op : branch(txn)) {
            answers.add(
                    switch (op) {
                        case KvOp.Txn inner -> new KvAnswer.Txn(succeeds(inner), run(inner));
                        case KvOp.Put put -> put(put);
                        case KvOp.Delete delete -> delete(delete);
                        case KvOp.Range range -> range(range);
                    });
        }
        return answers;
    }

    private KvAnswer put(KvOp.Put put) {
        var old = model.now.get(put.key());
        var value = put.keepsValue() && old != null ? old.value() : put.value();
        long lease = put.keepsLease() && old != null ? old.lease() : put.lease();
        model.put(put.key(), value, lease);
        return new KvAnswer.Put(
                old != null && put.wantsPrevious() ? new Found(put.key(), old) : null);
    }

    private KvAnswer delete(KvOp.Delete delete) {
        var found = found(within(model.now, delete.range()));
        found.forEach(one -> model.delete(one.key()));
        return new KvAnswer.Delete(found.size(), delete.wantsPrevious() ? found : List.of());
    }

    private KvAnswer range(KvOp.Range op) {
        var state = op.revision() > 0 ? model.states.get((int) op.revision()) : model.now;
        var all = found(within(state, op.range()));
        var shown = new ArrayList<>(all);
        shown.removeIf(one -> !passes(op, one.version()));
        Comparator<Found> order =
                switch (op.sortTarget()) {
                    case KEY -> Comparator.comparing(Found::key);
                    case VERSION -> Comparator.comparingLong(one -> one.version().version());
                    case CREATE -> Comparator.comparingLong(one -> one.version().createRevision());
                    case MOD -> Comparator.comparingLong(one -> one.version().modRevision());
                    case VALUE ->
                            Comparator.comparing(
                                    one -> one.version().value(), Arrays::compareUnsigned);
                };
        shown.sort(op.sortOrder() == KvOp.SortOrder.DESCEND ? order.reversed() : order);
        if (op.countOnly()) {
            shown.clear();
        }
        boolean more = op.limit() > 0 && shown.size() > op.limit();
        var cut = more ? shown.subList(0, (int) op.limit()) : shown;
        return new KvAnswer.Range(
                cut.stream().map(one -> op.keysOnly() ? keyOnly(one) : one).toList(),
                more,
                all.size());
    }

    private static boolean passes(KvOp.Range op, Version version) {
        return version.modRevision() >= op.minModRevision()
                && (op.maxModRevision() == 0 || version.modRevision() <= op.maxModRevision())
                && version.createRevision() >= op.minCreateRevision()
                && (op.maxCreateRevision() == 0
                        || version.createRevision() <= op.maxCreateRevision());
    }

    private static Found keyOnly(Found one) {
        var version = one.version();
        return new Found(
                one.key(),
                new Version(
                        version.modRevision(),
                        version.createRevision(),
                        version.version(),
                        version.lease(),
                        new byte[0]));
    }

    private static List<Found> found(SortedMap<Key, Version> state) {
        return state.entrySet().stream().map(e -> new Found(e.getKey(), e.getValue())).toList();
    }

    static SortedMap<Key, Version> within(SortedMap<Key, Version> state, KeyRange range) {
        var found = new TreeMap<Key, Version>();
        state.forEach((key, version) -> {
            if (range.contains(key)) {
                found.put(key, version);
            }
        });
        return found;
    }
}
