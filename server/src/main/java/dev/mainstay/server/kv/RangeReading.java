package dev.mainstay.server.kv;

import dev.mainstay.statemachine.apply.RangeRead;
import dev.mainstay.statemachine.command.KvAnswer;
import dev.mainstay.statemachine.command.KvOp;
import dev.mainstay.statemachine.mvcc.ReadView;
import java.util.ArrayList;
import java.util.List;

/// One range, read over a fixed state: says what the state machine's own reading of it would say
/// ([RangeRead]), and does not walk over what is only counted.
final class RangeReading {

    private RangeReading() {}

    static KvAnswer.Range read(ReadView view, KvOp.Range step) throws Rejection {
        long newest = view.position().revision();
        if (step.revision() > newest) {
            throw new Rejection(EtcdError.FUTURE_REVISION);
        }
        long revision = step.revision() == 0 ? newest : step.revision();
        if (revision < view.kvFloor()) {
            throw new Rejection(EtcdError.COMPACTED);
        }
        if (step.range().isEmpty()) {
            return new KvAnswer.Range(List.of(), false, 0);
        }
        if (step.countOnly()) {
            return new KvAnswer.Range(List.of(), false, view.count(step.range(), revision));
        }
        return isCutWhileReading(step)
                ? readUpToLimit(view, step, revision)
                : RangeRead.answer(step, view, revision);
    }

    /// The order of the answer is an order of the keys, and nothing is filtered out: what lies
    /// behind the limit needs only to be counted.
    private static boolean isCutWhileReading(KvOp.Range step) {
        long filters =
                step.minModRevision()
                        | step.maxModRevision()
                        | step.minCreateRevision()
                        | step.maxCreateRevision();
        return step.limit() > 0 && filters == 0 && step.sortTarget() == KvOp.SortTarget.KEY;
    }

    private static KvAnswer.Range readUpToLimit(ReadView view, KvOp.Range step, long revision) {
        var found = new ArrayList<KvAnswer.Found>();
        var reading =
                new Object() {
                    boolean isCut;
                };
        view.scan(
                step.range(),
                revision,
                step.sortOrder() == KvOp.SortOrder.DESCEND,
                (key, version) -> {
                    reading.isCut = found.size() == step.limit();
                    if (!reading.isCut) {
                        found.add(new KvAnswer.Found(key, version));
                    }
                    return !reading.isCut;
                });
        long count = reading.isCut ? view.count(step.range(), revision) : found.size();
        return new KvAnswer.Range(found, reading.isCut, count);
    }
}
