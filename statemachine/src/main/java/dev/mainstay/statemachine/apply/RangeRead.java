package dev.mainstay.statemachine.apply;

import dev.mainstay.statemachine.command.KvAnswer;
import dev.mainstay.statemachine.command.KvAnswer.Found;
import dev.mainstay.statemachine.command.KvOp;
import dev.mainstay.statemachine.command.KvOp.SortOrder;
import dev.mainstay.statemachine.command.KvOp.SortTarget;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.ReadView;
import dev.mainstay.statemachine.mvcc.Version;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/// What a KV range answers, whatever it walks over: filters, order, limit and count as in etcd. The
/// count is that of all keys in the range; limit and filters do not touch it.
public final class RangeRead implements ReadView.Visitor {

    private static final byte[] NO_VALUE = {};

    private final KvOp.Range op;
    private final boolean keepsAll;
    private final List<Found> found = new ArrayList<>();
    private long count;

    private RangeRead(KvOp.Range op) {
        this.op = op;
        // The order of the walk is the order asked for, so what lies beyond the limit is only
        // counted.
        this.keepsAll =
                op.limit() <= 0
                        || (op.sortTarget() != SortTarget.KEY
                                || op.sortOrder() == SortOrder.DESCEND);
    }

    /// Answers `op` as of `revision` from a view. The caller has compared `revision` with the
    /// view's KV floor and position.
    public static KvAnswer.Range answer(KvOp.Range op, ReadView view, long revision) {
        return answer(op, visitor -> walk(op, view, revision, visitor));
    }

    /// `scan` walks over the keys of the range in ascending order.
    static KvAnswer.Range answer(KvOp.Range op, Consumer<ReadView.Visitor> scan) {
        var read = new RangeRead(op);
        scan.accept(read);
        return read.finish();
    }

    private static void walk(
            KvOp.Range op, ReadView view, long revision, ReadView.Visitor visitor) {
        if (!op.range().isOneKey()) {
            view.scan(op.range(), revision, false, visitor);
            return;
        }
        var key = op.range().from();
        var version = view.get(key, revision);
        if (version != null) {
            visitor.visit(key, version);
        }
    }

    @Override
    public boolean visit(Key key, Version version) {
        count++;
        boolean hasRoom = keepsAll || found.size() <= op.limit();
        if (!op.countOnly() && hasRoom && passes(version)) {
            found.add(new Found(key, version));
        }
        return true;
    }

    private boolean passes(Version version) {
        return isWithin(version.modRevision(), op.minModRevision(), op.maxModRevision())
                && isWithin(
                        version.createRevision(), op.minCreateRevision(), op.maxCreateRevision());
    }

    private static boolean isWithin(long revision, long min, long max) {
        return (min == 0 || revision >= min) && (max == 0 || revision <= max);
    }

    private KvAnswer.Range finish() {
        sort();
        boolean isCut = op.limit() > 0 && found.size() > op.limit();
        List<Found> shown = isCut ? found.subList(0, (int) op.limit()) : found;
        if (op.keysOnly()) {
            shown.replaceAll(one -> new Found(one.key(), withoutValue(one.version())));
        }
        return new KvAnswer.Range(List.copyOf(shown), isCut, count);
    }

    private void sort() {
        Comparator<Found> order =
                switch (op.sortTarget()) {
                    case KEY -> Comparator.comparing(Found::key);
                    case VERSION -> Comparator.comparingLong(one -> one.version().version());
                    case CREATE -> Comparator.comparingLong(one -> one.version().createRevision());
                    case MOD -> Comparator.comparingLong(one -> one.version().modRevision());
                    case VALUE ->
                            (one, other) ->
                                    Arrays.compareUnsigned(
                                            one.version().value(), other.version().value());
                };
        boolean descends = op.sortOrder() == SortOrder.DESCEND;
        if (descends || op.sortTarget() != SortTarget.KEY) {
            found.sort(descends ? order.reversed() : order);
        }
    }

    private static Version withoutValue(Version version) {
        return new Version(
                version.modRevision(),
                version.createRevision(),
                version.version(),
                version.lease(),
                NO_VALUE);
    }
}
