package dev.mainstay.server.kv;

import static dev.mainstay.server.kv.EtcdFixture.bytes;

import dev.mainstay.client.proto.Compare;
import dev.mainstay.client.proto.DeleteRangeRequest;
import dev.mainstay.client.proto.PutRequest;
import dev.mainstay.client.proto.RangeRequest;
import dev.mainstay.client.proto.RequestOp;
import dev.mainstay.client.proto.TxnRequest;

/// Requests in few words.
final class Requests {

    private Requests() {}

    static RangeRequest.Builder range(String key) {
        return RangeRequest.newBuilder().setKey(bytes(key));
    }

    static RangeRequest.Builder range(String key, String end) {
        return range(key).setRangeEnd(bytes(end));
    }

    static PutRequest.Builder put(String key, String value) {
        return PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value));
    }

    static DeleteRangeRequest.Builder delete(String key) {
        return DeleteRangeRequest.newBuilder().setKey(bytes(key));
    }

    static DeleteRangeRequest.Builder delete(String key, String end) {
        return delete(key).setRangeEnd(bytes(end));
    }

    static RequestOp op(RangeRequest.Builder range) {
        return RequestOp.newBuilder().setRequestRange(range).build();
    }

    static RequestOp op(PutRequest.Builder put) {
        return RequestOp.newBuilder().setRequestPut(put).build();
    }

    static RequestOp op(DeleteRangeRequest.Builder delete) {
        return RequestOp.newBuilder().setRequestDeleteRange(delete).build();
    }

    static RequestOp op(TxnRequest.Builder txn) {
        return RequestOp.newBuilder().setRequestTxn(txn).build();
    }

    static TxnRequest.Builder txn() {
        return TxnRequest.newBuilder();
    }

    static Compare.Builder compare(
            String key, Compare.CompareTarget target, Compare.CompareResult result) {
        return Compare.newBuilder().setKey(bytes(key)).setTarget(target).setResult(result);
    }

    /// Holds for no key that exists.
    static Compare.Builder isAbsent(String key) {
        return compare(key, Compare.CompareTarget.CREATE, Compare.CompareResult.EQUAL);
    }
}
