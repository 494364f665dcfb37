package dev.mainstay.server.kv;

import dev.mainstay.statemachine.command.KvAnswer;
import dev.mainstay.statemachine.command.KvCompare;
import dev.mainstay.statemachine.command.KvOp;
import dev.mainstay.statemachine.mvcc.ReadView;
import dev.mainstay.statemachine.mvcc.Version;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A transaction that cannot write, carried out over a fixed state instead of through the log. Says
/// what the state machine would say. Confined to the thread that reads.
final class ReadOnlyTxn {

    private final ReadView view;
    private final long revision;

    private ReadOnlyTxn(ReadView view) {
        this.view = view;
        this.revision = view.position().revision();
    }

    static KvAnswer.Txn read(ReadView view, KvOp.Txn txn) throws Rejection {
        return new ReadOnlyTxn(view).read(txn);
    }

    private KvAnswer.Txn read(KvOp.Txn txn) throws Rejection {
        boolean succeeded = holdAll(txn.compares());
        var answers = new ArrayList<KvAnswer>();
        for (var step : succeeded ? txn.success() : txn.failure()) {
            answers.add(
                    switch (step) {
                        case KvOp.Range range -> RangeReading.read(view, range);
                        case KvOp.Txn inner -> read(inner);
                        case KvOp.Put _, KvOp.Delete _ ->
                                throw new AssertionError("a step that writes: " + step);
                    });
        }
        return new KvAnswer.Txn(succeeded, answers);
    }

    private boolean holdAll(List<KvCompare> compares) {
        for (var compare : compares) {
            if (!holds(compare)) {
                return false;
            }
        }
        return true;
    }

    /// Every key of the range must meet the condition; a range without keys is compared as one
    /// absent key.
    private boolean holds(KvCompare compare) {
        if (compare.range().isOneKey()) {
            return holds(compare, view.get(compare.range().from(), revision));
        }
        var walk =
                new Object() {
                    boolean isEmpty = true;
                    boolean holds = true;
                };
        if (!compare.range().isEmpty()) {
            view.scan(
                    compare.range(),
                    revision,
                    false,
                    (_, version) -> {
                        walk.isEmpty = false;
                        walk.holds = holds(compare, version);
                        return walk.holds;
                    });
        }
        return walk.isEmpty ? holds(compare, null) : walk.holds;
    }

    private static boolean holds(KvCompare compare, @Nullable Version version) {
        if (compare.target() == KvCompare.Target.VALUE) {
            return version != null
                    && holds(
                            compare.result(),
                            Arrays.compareUnsigned(version.value(), compare.value()));
        }
        long number = version == null ? 0 : number(compare.target(), version);
        return holds(compare.result(), Long.compare(number, compare.number()));
    }

    private static long number(KvCompare.Target target, Version version) {
        return switch (target) {
            case VERSION -> version.version();
            case CREATE -> version.createRevision();
            case MOD -> version.modRevision();
            case LEASE -> version.lease();
            case VALUE -> throw new AssertionError("a value is no number");
        };
    }

    private static boolean holds(KvCompare.Result result, int order) {
        return switch (result) {
            case EQUAL -> order == 0;
            case NOT_EQUAL -> order != 0;
            case GREATER -> order > 0;
            case LESS -> order < 0;
        };
    }
}
