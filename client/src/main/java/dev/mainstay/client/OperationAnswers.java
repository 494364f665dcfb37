package dev.mainstay.client;

import dev.mainstay.client.proto.ResponseOp;
import java.util.List;

/// From the wire's form of operation results to the user's.
final class OperationAnswers {

    private OperationAnswers() {}

    static List<OperationResult> of(List<ResponseOp> wire, String node) {
        return wire.stream().map(one -> of(one, node)).toList();
    }

    private static OperationResult of(ResponseOp wire, String node) {
        return switch (wire.getResponseCase()) {
            case RESPONSE_PUT -> {
                var put = wire.getResponsePut();
                yield new OperationResult.Put(
                        put.hasPrevKv() ? KeyValue.of(put.getPrevKv()) : null);
            }
            case RESPONSE_DELETE_RANGE -> {
                var delete = wire.getResponseDeleteRange();
                yield new OperationResult.Delete(
                        delete.getDeleted(), KeyValue.of(delete.getPrevKvsList()));
            }
            case RESPONSE_RANGE ->
                    new OperationResult.Range(RangeResult.of(wire.getResponseRange(), null, node));
            case RESPONSE_TXN -> {
                var txn = wire.getResponseTxn();
                yield new OperationResult.Nested(
                        txn.getSucceeded(), of(txn.getResponsesList(), node));
            }
            case RESPONSE_NOT_SET ->
                    throw new MainstayException("an answer of a kind that is not known here");
        };
    }
}
