package dev.mainstay.server.kv;

import dev.mainstay.statemachine.command.KvAnswer;
import dev.mainstay.statemachine.command.KvOp;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import dev.mainstay.statemachine.mvcc.ReadView;
import dev.mainstay.statemachine.mvcc.Version;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// One range, read over a fixed state. Confined to the thread that reads.
///
/// `count` is what lies in the range, whatever limit and filters leave of it; `more` says that the
/// limit cut something off.
final class RangeRead {

    private static final byte[] NOTHING = {};

    private final ReadView view;
    private final KvOp.Range step;
    private final long revision;
    private final List<KvAnswer.Found> found = new ArrayList<>();

    private RangeRead(ReadView view, KvOp.Range step, long revision) {
        this.view = view;
        this.step = step;
        this.revision = revision;
    }

    static KvAnswer.Range read(ReadView view, KvOp.Range step) throws Rejection {
        long newest = view.position().revision();
        if (step.revision() > newest) {
            throw new Rejection(EtcdError.FUTURE_REVISION);
        }
        long revision = step.revision() == 0 ? newest : step.revision();
        if (revision < view.kvFloor()) {
            throw new Rejection(EtcdError.COMPACTED);
        }
        return new RangeRead(view, step, revision).read();
    }

    /// Whether a range holds at most one key: it ends right after it begins.
    static boolean isOneKey(KeyRange range) {
        var to = range.to();
        if (to == null || to.length() != range.from().length() + 1) {
            return false;
        }
        int last = to.length() - 1;
        return to.bytes()[last] == 0
                && Arrays.equals(to.bytes(), 0, last, range.from().bytes(), 0, last);
    }

    private KvAnswer.Range read() {
        if (step.range().isEmpty()) {
            return new KvAnswer.Range(List.of(), false, 0);
        }
        if (step.countOnly()) {
            return new KvAnswer.Range(List.of(), false, view.count(step.range(), revision));
        }
        if (isOneKey(step.range())) {
            return readOneKey();
        }
        return isCutWhileReading() ? readUpToLimit() : readAll();
    }

    private KvAnswer.Range readOneKey() {
        var version = view.get(step.range().from(), revision);
        if (version != null) {
            keepIfWanted(step.range().from(), version);
        }
        return new KvAnswer.Range(found, false, version == null ? 0 : 1);
    }

    /// The order of the answer is an order of the keys, and nothing is filtered out: what lies
    /// behind the limit needs only to be counted.
    private boolean isCutWhileReading() {
        return step.sortTarget() == KvOp.SortTarget.KEY && !isFiltered();
    }

    private boolean isFiltered() {
        return (step.minModRevision()
                        | step.maxModRevision()
                        | step.minCreateRevision()
                        | step.maxCreateRevision())
                != 0;
    }

    private KvAnswer.Range readUpToLimit() {
        long limit = step.limit() == 0 ? Long.MAX_VALUE : step.limit();
        boolean descends = step.sortOrder() == KvOp.SortOrder.DESCEND;
        var reading =
                new Object() {
                    boolean isCut;
                };
        view.scan(
                step.range(),
                revision,
                descends,
                (key, version) -> {
                    reading.isCut = found.size() == limit;
                    if (!reading.isCut) {
                        keepIfWanted(key, version);
                    }
                    return !reading.isCut;
                });
        long count = reading.isCut ? view.count(step.range(), revision) : found.size();
        return new KvAnswer.Range(found, reading.isCut, count);
    }

    private KvAnswer.Range readAll() {
        var reading =
                new Object() {
                    long count;
                };
        view.scan(
                step.range(),
                revision,
                false,
                (key, version) -> {
                    reading.count++;
                    keepIfWanted(key, version);
                    return true;
                });
        sort();
        boolean isCut = step.limit() > 0 && found.size() > step.limit();
        var kept = isCut ? found.subList(0, (int) step.limit()) : found;
        return new KvAnswer.Range(kept, isCut, reading.count);
    }

    /// Stable: equal ones stay in key order.
    private void sort() {
        var ascending = order();
        found.sort(step.sortOrder() == KvOp.SortOrder.DESCEND ? ascending.reversed() : ascending);
    }

    private Comparator<KvAnswer.Found> order() {
        return switch (step.sortTarget()) {
            case KEY -> Comparator.comparing(KvAnswer.Found::key);
            case VERSION -> Comparator.comparingLong(f -> f.version().version());
            case CREATE -> Comparator.comparingLong(f -> f.version().createRevision());
            case MOD -> Comparator.comparingLong(f -> f.version().modRevision());
            case VALUE ->
                    (a, b) -> Arrays.compareUnsigned(a.version().value(), b.version().value());
        };
    }

    private void keepIfWanted(Key key, Version version) {
        if (isWithin(version.modRevision(), step.minModRevision(), step.maxModRevision())
                && isWithin(
                        version.createRevision(),
                        step.minCreateRevision(),
                        step.maxCreateRevision())) {
            found.add(new KvAnswer.Found(key, isValueNeeded() ? version : withoutValue(version)));
        }
    }

    private static boolean isWithin(long revision, long min, long max) {
        return (min == 0 || revision >= min) && (max == 0 || revision <= max);
    }

    private boolean isValueNeeded() {
        return !step.keysOnly() || step.sortTarget() == KvOp.SortTarget.VALUE;
    }

    /// So that a long list of keys does not hold all their values meanwhile.
    private static Version withoutValue(Version version) {
        return new Version(
                version.modRevision(),
                version.createRevision(),
                version.version(),
                version.lease(),
                NOTHING);
    }
}
