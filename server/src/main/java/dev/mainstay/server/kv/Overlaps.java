package dev.mainstay.server.kv;

import dev.mainstay.statemachine.command.KvOp;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The rule that one path through a transaction writes no key twice: put and put, or put and
/// delete, of the same key are refused; delete and delete are fine, and so are the two branches of
/// one nested transaction, of which only one can run.
///
/// Confined to the thread that checks one request.
final class Overlaps {

    private final Set<Key> puts = new HashSet<>();
    private final List<KeyRange> deletes = new ArrayList<>();

    private Overlaps() {}

    /// Refuses a list of steps in which some path writes a key twice.
    static void refuse(List<KvOp> steps) throws Rejection {
        if (steps.size() > 1 || isOneTxn(steps)) {
            collect(steps);
        }
    }

    private static boolean isOneTxn(List<KvOp> steps) {
        return steps.size() == 1 && steps.getFirst() instanceof KvOp.Txn;
    }

    private static Overlaps collect(List<KvOp> steps) throws Rejection {
        var all = new Overlaps();
        for (var step : steps) {
            switch (step) {
                case KvOp.Range _ -> {}
                case KvOp.Put put -> all.add(put.key());
                case KvOp.Delete delete -> all.add(delete.range());
                case KvOp.Txn inner -> all.add(collect(inner.success()), collect(inner.failure()));
            }
        }
        return all;
    }

    private void add(Key put) throws Rejection {
        refuseIfWritten(put);
        puts.add(put);
    }

    private void add(KeyRange delete) throws Rejection {
        refuseIfPut(delete);
        deletes.add(delete);
    }

    /// Both branches are held against what came before, but not against each other.
    private void add(Overlaps success, Overlaps failure) throws Rejection {
        refuseOverlap(success);
        refuseOverlap(failure);
        puts.addAll(success.puts);
        puts.addAll(failure.puts);
        deletes.addAll(success.deletes);
        deletes.addAll(failure.deletes);
    }

    private void refuseOverlap(Overlaps branch) throws Rejection {
        for (var put : branch.puts) {
            refuseIfWritten(put);
        }
        for (var delete : branch.deletes) {
            refuseIfPut(delete);
        }
    }

    private void refuseIfWritten(Key put) throws Rejection {
        if (puts.contains(put)) {
            throw new Rejection(EtcdError.DUPLICATE_KEY);
        }
        for (var delete : deletes) {
            if (delete.contains(put)) {
                throw new Rejection(EtcdError.DUPLICATE_KEY);
            }
        }
    }

    private void refuseIfPut(KeyRange delete) throws Rejection {
        for (var put : puts) {
            if (delete.contains(put)) {
                throw new Rejection(EtcdError.DUPLICATE_KEY);
            }
        }
    }
}
