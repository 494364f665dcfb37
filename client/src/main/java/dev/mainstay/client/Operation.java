package dev.mainstay.client;

import dev.mainstay.client.proto.DeleteRangeRequest;
import dev.mainstay.client.proto.PutRequest;
import dev.mainstay.client.proto.RequestOp;

/// One step of a [Transaction]. Steps run in order, and a read sees the puts before it.
public final class Operation {

    private final RequestOp wire;

    private Operation(RequestOp wire) {
        this.wire = wire;
    }

    RequestOp wire() {
        return wire;
    }

    public static Operation put(String key, String value) {
        return put(Bytes.of(key), Bytes.of(value), PutOptions.DEFAULT);
    }

    public static Operation put(Bytes key, Bytes value) {
        return put(key, value, PutOptions.DEFAULT);
    }

    public static Operation put(Bytes key, Bytes value, PutOptions options) {
        if (key.isEmpty()) {
            throw new IllegalArgumentException("a key has at least one byte");
        }
        var put =
                PutRequest.newBuilder()
                        .setKey(key.wire())
                        .setValue(value.wire())
                        .setLease(options.lease())
                        .setPrevKv(options.returnsPrevious())
                        .setIgnoreValue(options.keepsValue())
                        .setIgnoreLease(options.keepsLease());
        return new Operation(RequestOp.newBuilder().setRequestPut(put).build());
    }

    public static Operation delete(String key) {
        return delete(KeyRange.key(key), false);
    }

    public static Operation delete(KeyRange range) {
        return delete(range, false);
    }

    public static Operation delete(KeyRange range, boolean returnsPrevious) {
        var delete =
                DeleteRangeRequest.newBuilder()
                        .setKey(range.from().wire())
                        .setRangeEnd(range.end().wire())
                        .setPrevKv(returnsPrevious);
        return new Operation(RequestOp.newBuilder().setRequestDeleteRange(delete).build());
    }

    public static Operation get(String key) {
        return get(KeyRange.key(key), RangeOptions.DEFAULT);
    }

    public static Operation get(KeyRange range) {
        return get(range, RangeOptions.DEFAULT);
    }

    /// The options' read mode means nothing here: a transaction sees the state it runs on.
    public static Operation get(KeyRange range, RangeOptions options) {
        return new Operation(
                RequestOp.newBuilder().setRequestRange(options.request(range)).build());
    }

    /// A transaction inside: its comparisons too see the state before the whole.
    public static Operation transaction(Transaction inner) {
        return new Operation(RequestOp.newBuilder().setRequestTxn(inner.wire()).build());
    }
}
