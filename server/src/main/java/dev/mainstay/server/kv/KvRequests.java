package dev.mainstay.server.kv;

import com.google.protobuf.ByteString;
import dev.mainstay.client.proto.Compare;
import dev.mainstay.client.proto.DeleteRangeRequest;
import dev.mainstay.client.proto.PutRequest;
import dev.mainstay.client.proto.RangeRequest;
import dev.mainstay.client.proto.RequestOp;
import dev.mainstay.client.proto.TxnRequest;
import dev.mainstay.statemachine.command.KvCompare;
import dev.mainstay.statemachine.command.KvOp;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import dev.mainstay.statemachine.mvcc.Keyspace;
import java.util.ArrayList;
import java.util.List;

/// Requests of the KV service, checked in etcd's order and turned into steps of a command. Pure.
final class KvRequests {

    private static final byte[] NOTHING = {};

    private KvRequests() {}

    static KvOp.Range range(RangeRequest request) throws Rejection {
        requireKey(request.getKey());
        return new KvOp.Range(
                range(request.getKey(), request.getRangeEnd()),
                Math.max(request.getRevision(), 0),
                Math.max(request.getLimit(), 0),
                sortTarget(request.getSortTarget()),
                sortOrder(request.getSortOrder()),
                request.getKeysOnly(),
                request.getCountOnly(),
                request.getMinModRevision(),
                request.getMaxModRevision(),
                request.getMinCreateRevision(),
                request.getMaxCreateRevision());
    }

    static KvOp.Put put(PutRequest request) throws Rejection {
        requireKey(request.getKey());
        if (request.getIgnoreValue() && !request.getValue().isEmpty()) {
            throw new Rejection(EtcdError.VALUE_PROVIDED);
        }
        if (request.getIgnoreLease() && request.getLease() != 0) {
            throw new Rejection(EtcdError.LEASE_PROVIDED);
        }
        return new KvOp.Put(
                key(request.getKey()),
                request.getValue().toByteArray(),
                request.getLease(),
                request.getPrevKv(),
                request.getIgnoreValue(),
                request.getIgnoreLease());
    }

    static KvOp.Delete delete(DeleteRangeRequest request) throws Rejection {
        requireKey(request.getKey());
        return new KvOp.Delete(range(request.getKey(), request.getRangeEnd()), request.getPrevKv());
    }

    /// @param opsMax how many operations a list may have; lists inside get what is left
    static KvOp.Txn txn(TxnRequest request, int opsMax) throws Rejection {
        var txn = unchecked(request, opsMax);
        Overlaps.refuse(txn.success());
        Overlaps.refuse(txn.failure());
        return txn;
    }

    private static KvOp.Txn unchecked(TxnRequest request, int opsMax) throws Rejection {
        int longest =
                Math.max(
                        request.getCompareCount(),
                        Math.max(request.getSuccessCount(), request.getFailureCount()));
        if (longest > opsMax) {
            throw new Rejection(EtcdError.TOO_MANY_OPS);
        }
        var compares = new ArrayList<KvCompare>(request.getCompareCount());
        for (var compare : request.getCompareList()) {
            compares.add(compare(compare));
        }
        return new KvOp.Txn(
                compares,
                steps(request.getSuccessList(), opsMax - longest),
                steps(request.getFailureList(), opsMax - longest));
    }

    private static List<KvOp> steps(List<RequestOp> requests, int opsMax) throws Rejection {
        var steps = new ArrayList<KvOp>(requests.size());
        for (var request : requests) {
            steps.add(
                    switch (request.getRequestCase()) {
                        case REQUEST_RANGE -> range(request.getRequestRange());
                        case REQUEST_PUT -> put(request.getRequestPut());
                        case REQUEST_DELETE_RANGE -> delete(request.getRequestDeleteRange());
                        case REQUEST_TXN -> unchecked(request.getRequestTxn(), opsMax);
                        case REQUEST_NOT_SET -> throw new Rejection(EtcdError.KEY_NOT_FOUND);
                    });
        }
        return steps;
    }

    private static KvCompare compare(Compare compare) throws Rejection {
        requireKey(compare.getKey());
        return new KvCompare(
                range(compare.getKey(), compare.getRangeEnd()),
                target(compare),
                result(compare),
                number(compare),
                compare.getTarget() == Compare.CompareTarget.VALUE
                        ? compare.getValue().toByteArray()
                        : NOTHING);
    }

    private static KvCompare.Target target(Compare compare) throws Rejection {
        return switch (compare.getTarget()) {
            case VERSION -> KvCompare.Target.VERSION;
            case CREATE -> KvCompare.Target.CREATE;
            case MOD -> KvCompare.Target.MOD;
            case VALUE -> KvCompare.Target.VALUE;
            case LEASE -> KvCompare.Target.LEASE;
            case UNRECOGNIZED -> throw new Rejection(EtcdError.INVALID_COMPARE);
        };
    }

    private static KvCompare.Result result(Compare compare) throws Rejection {
        return switch (compare.getResult()) {
            case EQUAL -> KvCompare.Result.EQUAL;
            case GREATER -> KvCompare.Result.GREATER;
            case LESS -> KvCompare.Result.LESS;
            case NOT_EQUAL -> KvCompare.Result.NOT_EQUAL;
            case UNRECOGNIZED -> throw new Rejection(EtcdError.INVALID_COMPARE);
        };
    }

    /// An operand that is missing, or belongs to another target, counts as 0.
    private static long number(Compare compare) {
        return switch (compare.getTarget()) {
            case VERSION -> compare.getVersion();
            case CREATE -> compare.getCreateRevision();
            case MOD -> compare.getModRevision();
            case LEASE -> compare.getLease();
            case VALUE, UNRECOGNIZED -> 0;
        };
    }

    /// Unknown values are ignored, as etcd 3.4 does.
    private static KvOp.SortTarget sortTarget(RangeRequest.SortTarget target) {
        return switch (target) {
            case KEY, UNRECOGNIZED -> KvOp.SortTarget.KEY;
            case VERSION -> KvOp.SortTarget.VERSION;
            case CREATE -> KvOp.SortTarget.CREATE;
            case MOD -> KvOp.SortTarget.MOD;
            case VALUE -> KvOp.SortTarget.VALUE;
        };
    }

    private static KvOp.SortOrder sortOrder(RangeRequest.SortOrder order) {
        return switch (order) {
            case NONE, UNRECOGNIZED -> KvOp.SortOrder.NONE;
            case ASCEND -> KvOp.SortOrder.ASCEND;
            case DESCEND -> KvOp.SortOrder.DESCEND;
        };
    }

    private static void requireKey(ByteString key) throws Rejection {
        if (key.isEmpty()) {
            throw new Rejection(EtcdError.EMPTY_KEY);
        }
    }

    /// The stored key of an etcd key.
    static Key key(ByteString key) {
        var bytes = new byte[key.size() + 1];
        bytes[0] = Keyspace.KV;
        key.copyTo(bytes, 1);
        return Key.wrap(bytes);
    }

    /// No end: one key. The end `\0`: all keys from `key` on. An end at or before `key`: nothing.
    static KeyRange range(ByteString key, ByteString end) {
        if (end.isEmpty()) {
            return KeyRange.only(key(key));
        }
        boolean isOpen = end.size() == 1 && end.byteAt(0) == 0;
        return new KeyRange(key(key), isOpen ? Keyspace.kvEnd() : key(end));
    }

    /// Whether no branch of the transaction can change anything.
    static boolean onlyReads(KvOp.Txn txn) {
        return onlyReads(txn.success()) && onlyReads(txn.failure());
    }

    private static boolean onlyReads(List<KvOp> steps) {
        for (var step : steps) {
            boolean reads =
                    switch (step) {
                        case KvOp.Range _ -> true;
                        case KvOp.Put _, KvOp.Delete _ -> false;
                        case KvOp.Txn inner -> onlyReads(inner);
                    };
            if (!reads) {
                return false;
            }
        }
        return true;
    }
}
