package dev.mainstay.server.kv;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.mainstay.client.proto.DeleteRangeResponse;
import dev.mainstay.client.proto.KeyValue;
import dev.mainstay.client.proto.PutResponse;
import dev.mainstay.client.proto.RangeResponse;
import dev.mainstay.client.proto.ResponseHeader;
import dev.mainstay.client.proto.ResponseOp;
import dev.mainstay.client.proto.TxnResponse;
import dev.mainstay.statemachine.command.KvAnswer;
import dev.mainstay.statemachine.command.KvOp;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.Version;
import java.util.List;

/// Answers of the state machine in etcd's words. Keys and values are wrapped, never copied.
final class KvResponses {

    private KvResponses() {}

    static RangeResponse range(ResponseHeader header, KvOp.Range step, KvAnswer.Range answer) {
        var response =
                RangeResponse.newBuilder()
                        .setHeader(header)
                        .setMore(answer.more())
                        .setCount(answer.count());
        for (var found : answer.found()) {
            response.addKvs(keyValue(etcdKey(found.key()), found.version(), step.keysOnly()));
        }
        return response.build();
    }

    static PutResponse put(ResponseHeader header, KvAnswer.Put answer) {
        var response = PutResponse.newBuilder().setHeader(header);
        var previous = answer.previous();
        if (previous != null) {
            response.setPrevKv(keyValue(previous));
        }
        return response.build();
    }

    static DeleteRangeResponse delete(ResponseHeader header, KvAnswer.Delete answer) {
        var response =
                DeleteRangeResponse.newBuilder().setHeader(header).setDeleted(answer.deleted());
        for (var found : answer.previous()) {
            response.addPrevKvs(keyValue(found));
        }
        return response.build();
    }

    /// @param began the revision before the transaction
    /// @param ended the transaction's own revision, or `began` when it changed nothing
    static TxnResponse txn(
            ResponseHeader header, KvOp.Txn txn, KvAnswer.Txn answer, long began, long ended) {
        return new Steps(began, ended).txn(header, txn, answer);
    }

    static KeyValue keyValue(KvAnswer.Found found) {
        return keyValue(etcdKey(found.key()), found.version(), false);
    }

    static KeyValue keyValue(ByteString key, Version version, boolean isKeyOnly) {
        var builder =
                KeyValue.newBuilder()
                        .setKey(key)
                        .setCreateRevision(version.createRevision())
                        .setModRevision(version.modRevision())
                        .setVersion(version.version())
                        .setLease(version.lease());
        if (!isKeyOnly) {
            builder.setValue(UnsafeByteOperations.unsafeWrap(version.value()));
        }
        return builder.build();
    }

    /// The etcd key of a stored key: all but the keyspace byte.
    static ByteString etcdKey(Key stored) {
        return UnsafeByteOperations.unsafeWrap(stored.bytes(), 1, stored.length() - 1);
    }

    /// The walk over a transaction's steps. A step's header says which revision the store had just
    /// then: the transaction's own from its first change on.
    private static final class Steps {

        private final long ended;
        private long revision;

        Steps(long began, long ended) {
            this.revision = began;
            this.ended = ended;
        }

        TxnResponse txn(ResponseHeader header, KvOp.Txn txn, KvAnswer.Txn answer) {
            var response =
                    TxnResponse.newBuilder().setHeader(header).setSucceeded(answer.succeeded());
            List<KvOp> steps = answer.succeeded() ? txn.success() : txn.failure();
            assert steps.size() == answer.answers().size()
                    : steps.size() + " steps, " + answer.answers().size() + " answers";
            for (int i = 0; i < steps.size(); i++) {
                response.addResponses(step(steps.get(i), answer.answers().get(i)));
            }
            return response.build();
        }

        private ResponseOp step(KvOp step, KvAnswer answer) {
            var response = ResponseOp.newBuilder();
            switch (answer) {
                case KvAnswer.Range range ->
                        response.setResponseRange(
                                KvResponses.range(header(), (KvOp.Range) step, range));
                case KvAnswer.Put put -> {
                    revision = ended;
                    response.setResponsePut(KvResponses.put(header(), put));
                }
                case KvAnswer.Delete delete -> {
                    revision = delete.deleted() > 0 ? ended : revision;
                    response.setResponseDeleteRange(KvResponses.delete(header(), delete));
                }
                case KvAnswer.Txn inner ->
                        response.setResponseTxn(
                                txn(ResponseHeader.getDefaultInstance(), (KvOp.Txn) step, inner));
            }
            return response.build();
        }

        private ResponseHeader header() {
            return Headers.ofStep(revision);
        }
    }
}
