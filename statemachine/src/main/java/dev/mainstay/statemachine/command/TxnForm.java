package dev.mainstay.statemachine.command;

import dev.mainstay.statemachine.mvcc.ByteSink;
import dev.mainstay.statemachine.mvcc.ByteSource;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.List;

/// The binary form of KV transactions, ranges and keys.
@SuppressWarnings("EnumOrdinal") // the order of these enums is part of the format
final class TxnForm {

    /// Deeper nesting is malformed, so that no command can exhaust a stack.
    private static final int DEPTH_MAX = 64;

    private static final int RANGE = 1;
    private static final int PUT = 2;
    private static final int DELETE = 3;
    private static final int TXN = 4;

    private static final int WANTS_PREVIOUS = 1;
    private static final int KEEPS_VALUE = 2;
    private static final int KEEPS_LEASE = 4;
    private static final int KEYS_ONLY = 1;
    private static final int COUNT_ONLY = 2;

    private static final KvOp.SortTarget[] TARGETS = KvOp.SortTarget.values();
    private static final KvOp.SortOrder[] ORDERS = KvOp.SortOrder.values();
    private static final KvCompare.Target[] COMPARE_TARGETS = KvCompare.Target.values();
    private static final KvCompare.Result[] COMPARE_RESULTS = KvCompare.Result.values();

    private TxnForm() {}

    static void encode(KvOp.Txn txn, int depth, ByteSink sink) {
        if (depth > DEPTH_MAX) {
            throw new IllegalArgumentException("transactions nested deeper than " + DEPTH_MAX);
        }
        sink.varint(txn.compares().size());
        txn.compares().forEach(compare -> encode(compare, sink));
        sink.varint(txn.success().size());
        txn.success().forEach(op -> encode(op, depth, sink));
        sink.varint(txn.failure().size());
        txn.failure().forEach(op -> encode(op, depth, sink));
    }

    static KvOp.Txn decode(int depth, ByteSource source) {
        if (depth > DEPTH_MAX) {
            throw source.malformed("transactions nested deeper than " + DEPTH_MAX);
        }
        int count = source.count(6);
        var compares = new ArrayList<KvCompare>(count);
        for (int i = 0; i < count; i++) {
            compares.add(compare(source));
        }
        return new KvOp.Txn(compares, ops(depth, source), ops(depth, source));
    }

    static void key(Key key, ByteSink sink) {
        sink.blob(key.bytes());
    }

    static Key key(ByteSource source) {
        return Key.wrap(source.blob());
    }

    static void range(KeyRange range, ByteSink sink) {
        key(range.from(), sink);
        var to = range.to();
        sink.int8(to == null ? 0 : 1);
        if (to != null) {
            key(to, sink);
        }
    }

    static KeyRange range(ByteSource source) {
        var from = key(source);
        return new KeyRange(from, source.flag() ? key(source) : null);
    }

    private static void encode(KvCompare compare, ByteSink sink) {
        range(compare.range(), sink);
        sink.int8(compare.target().ordinal()).int8(compare.result().ordinal());
        sink.varint(compare.number()).blob(compare.value());
    }

    private static KvCompare compare(ByteSource source) {
        return new KvCompare(
                range(source),
                one(COMPARE_TARGETS, source),
                one(COMPARE_RESULTS, source),
                source.varint(),
                source.blob());
    }

    private static List<KvOp> ops(int depth, ByteSource source) {
        int count = source.count(3);
        var ops = new ArrayList<KvOp>(count);
        for (int i = 0; i < count; i++) {
            ops.add(op(depth, source));
        }
        return ops;
    }

    private static void encode(KvOp op, int depth, ByteSink sink) {
        switch (op) {
            case KvOp.Range range -> encode(range, sink);
            case KvOp.Put put -> {
                sink.int8(PUT).int8(flags(put));
                key(put.key(), sink);
                sink.blob(put.value()).varint(put.lease());
            }
            case KvOp.Delete delete -> {
                sink.int8(DELETE).int8(delete.wantsPrevious() ? 1 : 0);
                range(delete.range(), sink);
            }
            case KvOp.Txn txn -> {
                sink.int8(TXN);
                encode(txn, depth + 1, sink);
            }
        }
    }

    private static KvOp op(int depth, ByteSource source) {
        int kind = source.int8();
        return switch (kind) {
            case RANGE -> rangeOp(source);
            case PUT -> put(source);
            case DELETE -> {
                boolean wantsPrevious = source.flag();
                yield new KvOp.Delete(range(source), wantsPrevious);
            }
            case TXN -> decode(depth + 1, source);
            default -> throw source.malformedBehind(1, "unknown step: " + kind);
        };
    }

    private static int flags(KvOp.Put put) {
        return (put.wantsPrevious() ? WANTS_PREVIOUS : 0)
                | (put.keepsValue() ? KEEPS_VALUE : 0)
                | (put.keepsLease() ? KEEPS_LEASE : 0);
    }

    private static KvOp.Put put(ByteSource source) {
        int flags = flags(WANTS_PREVIOUS | KEEPS_VALUE | KEEPS_LEASE, source);
        return new KvOp.Put(
                key(source),
                source.blob(),
                source.varint(),
                (flags & WANTS_PREVIOUS) != 0,
                (flags & KEEPS_VALUE) != 0,
                (flags & KEEPS_LEASE) != 0);
    }

    private static void encode(KvOp.Range range, ByteSink sink) {
        sink.int8(RANGE);
        sink.int8((range.keysOnly() ? KEYS_ONLY : 0) | (range.countOnly() ? COUNT_ONLY : 0));
        range(range.range(), sink);
        sink.varint(range.revision()).varint(range.limit());
        sink.int8(range.sortTarget().ordinal()).int8(range.sortOrder().ordinal());
        sink.varint(range.minModRevision()).varint(range.maxModRevision());
        sink.varint(range.minCreateRevision()).varint(range.maxCreateRevision());
    }

    private static KvOp.Range rangeOp(ByteSource source) {
        int flags = flags(KEYS_ONLY | COUNT_ONLY, source);
        return new KvOp.Range(
                range(source),
                source.varint(),
                source.varint(),
                one(TARGETS, source),
                one(ORDERS, source),
                (flags & KEYS_ONLY) != 0,
                (flags & COUNT_ONLY) != 0,
                source.varint(),
                source.varint(),
                source.varint(),
                source.varint());
    }

    private static int flags(int known, ByteSource source) {
        int flags = source.int8();
        if ((flags & ~known) != 0) {
            throw source.malformedBehind(1, "unknown flags: " + flags);
        }
        return flags;
    }

    private static <T> T one(T[] values, ByteSource source) {
        int ordinal = source.int8();
        if (ordinal >= values.length) {
            throw source.malformedBehind(1, "no such value: " + ordinal);
        }
        return values[ordinal];
    }
}
