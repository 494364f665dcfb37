package dev.mainstay.statemachine.command;

import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import java.util.List;

/// One step of a KV transaction.
public sealed interface KvOp {

    /// Reads a range as of this point in the transaction (`revision` 0) or as of the past.
    ///
    /// The filters are inclusive bounds, 0 = none. `limit` 0 = none.
    record Range(
            KeyRange range,
            long revision,
            long limit,
            SortTarget sortTarget,
            SortOrder sortOrder,
            boolean keysOnly,
            boolean countOnly,
            long minModRevision,
            long maxModRevision,
            long minCreateRevision,
            long maxCreateRevision)
            implements KvOp {

        public static Range of(KeyRange range) {
            return new Range(range, 0, 0, SortTarget.KEY, SortOrder.NONE, false, false, 0, 0, 0, 0);
        }
    }

    record Put(
            Key key,
            byte[] value,
            long lease,
            boolean wantsPrevious,
            boolean keepsValue,
            boolean keepsLease)
            implements KvOp {}

    record Delete(KeyRange range, boolean wantsPrevious) implements KvOp {}

    /// A transaction inside a transaction. Its compares see the state before the outermost one.
    record Txn(List<KvCompare> compares, List<KvOp> success, List<KvOp> failure) implements KvOp {

        public Txn {
            compares = List.copyOf(compares);
            success = List.copyOf(success);
            failure = List.copyOf(failure);
        }
    }

    /// The order is part of the log format, and etcd's.
    enum SortTarget {
        KEY,
        VERSION,
        CREATE,
        MOD,
        VALUE
    }

    /// The order is part of the log format, and etcd's.
    enum SortOrder {
        NONE,
        ASCEND,
        DESCEND
    }
}
