package dev.mainstay.server.kv;

import dev.mainstay.client.proto.CompactionRequest;
import dev.mainstay.client.proto.CompactionResponse;
import dev.mainstay.client.proto.DeleteRangeRequest;
import dev.mainstay.client.proto.DeleteRangeResponse;
import dev.mainstay.client.proto.KVGrpc;
import dev.mainstay.client.proto.PutRequest;
import dev.mainstay.client.proto.PutResponse;
import dev.mainstay.client.proto.RangeRequest;
import dev.mainstay.client.proto.RangeResponse;
import dev.mainstay.client.proto.RequestOp;
import dev.mainstay.client.proto.TxnRequest;
import dev.mainstay.client.proto.TxnResponse;
import dev.mainstay.server.config.NodeConfig;
import dev.mainstay.server.gateway.Gateway;
import dev.mainstay.statemachine.command.Command;
import dev.mainstay.statemachine.command.KvAnswer;
import dev.mainstay.statemachine.command.KvOp;
import io.grpc.stub.StreamObserver;
import java.util.List;

/// etcd's KV service: Range, Put, DeleteRange, Txn, Compact.
///
/// Runs on the event loop. Writes are proposed and answered when this node has applied them; a
/// strict read of one key is answered when its read index is reached; other ranges are read on
/// storage threads.
final class KvService extends KVGrpc.KVImplBase {

    private final Gateway gateway;
    private final NodeConfig.Limits limits;
    private final Headers headers;
    private final Writes writes;
    private final Reads reads;
    private final Repetitions repetitions;

    KvService(
            Gateway gateway,
            NodeConfig.Limits limits,
            Headers headers,
            Writes writes,
            Reads reads) {
        this.gateway = gateway;
        this.limits = limits;
        this.headers = headers;
        this.writes = writes;
        this.reads = reads;
        this.repetitions = new Repetitions(reads);
    }

    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> observer) {
        var reply = Reply.to(observer);
        try {
            var step = KvRequests.range(request);
            if (isPointRead(request)) {
                reads.onEventLoop(
                        request.getSerializable(), reply, () -> readPoint(request, step, reply));
            } else {
                reads.onView(
                        request.getSerializable(),
                        reply,
                        view -> {
                            var answer = RangeReading.read(view, step);
                            return KvResponses.range(
                                    headers.at(view.position().revision()), step, answer);
                        });
            }
        } catch (Rejection e) {
            reply.fail(e.error());
        }
    }

    /// One key, now: needs no view.
    private static boolean isPointRead(RangeRequest request) {
        return request.getRangeEnd().isEmpty()
                && request.getRevision() <= 0
                && request.getMinModRevision() == 0
                && request.getMaxModRevision() == 0
                && request.getMinCreateRevision() == 0
                && request.getMaxCreateRevision() == 0;
    }

    private void readPoint(RangeRequest request, KvOp.Range step, Reply<RangeResponse> reply) {
        var read = gateway.store().get(step.range().from());
        var response = RangeResponse.newBuilder().setHeader(headers.at(read.revision()));
        var version = read.version();
        if (version != null) {
            response.setCount(1);
            if (!step.countOnly()) {
                response.addKvs(KvResponses.keyValue(request.getKey(), version, step.keysOnly()));
            }
        }
        reply.send(response.build());
    }

    @Override
    public void put(PutRequest request, StreamObserver<PutResponse> observer) {
        var reply = Reply.to(observer);
        try {
            var step = KvRequests.put(request);
            requireSize(request.getSerializedSize());
            writes.write(
                    command(step),
                    written -> {
                        if (step.wantsPrevious()) {
                            repetitions.answer(
                                    written,
                                    reply,
                                    answers ->
                                            KvResponses.put(
                                                    headers.at(written.revision()),
                                                    (KvAnswer.Put) answers.getFirst()));
                        } else {
                            reply.send(
                                    PutResponse.newBuilder()
                                            .setHeader(headers.at(written.revision()))
                                            .build());
                        }
                    },
                    reply::fail);
        } catch (Rejection e) {
            reply.fail(e.error());
        }
    }

    @Override
    public void deleteRange(
            DeleteRangeRequest request, StreamObserver<DeleteRangeResponse> observer) {
        var reply = Reply.to(observer);
        try {
            var step = KvRequests.delete(request);
            requireSize(request.getSerializedSize());
            writes.write(
                    command(step),
                    written ->
                            repetitions.answer(
                                    written,
                                    reply,
                                    answers ->
                                            KvResponses.delete(
                                                    headers.at(written.revision()),
                                                    (KvAnswer.Delete) answers.getFirst())),
                    reply::fail);
        } catch (Rejection e) {
            reply.fail(e.error());
        }
    }

    @Override
    public void txn(TxnRequest request, StreamObserver<TxnResponse> observer) {
        var reply = Reply.to(observer);
        try {
            var txn = KvRequests.txn(request, limits.txnOpsMax());
            if (KvRequests.onlyReads(txn)) {
                readTxn(isLocal(request), txn, reply);
            } else {
                requireSize(request.getSerializedSize());
                writeTxn(txn, reply);
            }
        } catch (Rejection e) {
            reply.fail(e.error());
        }
    }

    private void readTxn(boolean isLocal, KvOp.Txn txn, Reply<TxnResponse> reply) {
        reads.onView(
                isLocal,
                reply,
                view -> {
                    var answer = ReadOnlyTxn.read(view, txn);
                    long revision = view.position().revision();
                    return KvResponses.txn(headers.at(revision), txn, answer, revision, revision);
                });
    }

    private void writeTxn(KvOp.Txn txn, Reply<TxnResponse> reply) {
        writes.write(
                (id, since) ->
                        new Command.KvTxn(id, since, txn.compares(), txn.success(), txn.failure()),
                written ->
                        repetitions.answer(
                                written,
                                reply,
                                answers ->
                                        KvResponses.txn(
                                                headers.at(written.revision()),
                                                txn,
                                                new KvAnswer.Txn(written.branch(), answers),
                                                written.revision() - (written.isChange() ? 1 : 0),
                                                written.revision())),
                reply::fail);
    }

    /// Reads only locally when it has ranges, and every one of them says so.
    private static boolean isLocal(TxnRequest request) {
        return request.getSuccessCount() + request.getFailureCount() > 0
                && areLocal(request.getSuccessList())
                && areLocal(request.getFailureList());
    }

    private static boolean areLocal(List<RequestOp> steps) {
        for (var step : steps) {
            boolean isLocal =
                    step.hasRequestRange()
                            ? step.getRequestRange().getSerializable()
                            : step.hasRequestTxn() && isLocal(step.getRequestTxn());
            if (!isLocal) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void compact(CompactionRequest request, StreamObserver<CompactionResponse> observer) {
        var reply = Reply.to(observer);
        writes.write(
                (id, since) -> new Command.Compact(id, since, request.getRevision()),
                written ->
                        reply.send(
                                CompactionResponse.newBuilder()
                                        .setHeader(headers.at(written.revision()))
                                        .build()),
                reply::fail);
    }

    private static Writes.Making command(KvOp step) {
        var steps = List.of(step);
        return (id, since) -> new Command.KvTxn(id, since, List.of(), steps, List.of());
    }

    private void requireSize(int bytes) throws Rejection {
        if (bytes > limits.requestBytesMax()) {
            throw new Rejection(EtcdError.REQUEST_TOO_LARGE);
        }
    }
}
