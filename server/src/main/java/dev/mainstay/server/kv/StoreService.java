package dev.mainstay.server.kv;

import dev.mainstay.client.proto.CommitRequest;
import dev.mainstay.client.proto.CommitResponse;
import dev.mainstay.client.proto.OutcomeRequest;
import dev.mainstay.client.proto.OutcomeResponse;
import dev.mainstay.client.proto.ReadRequest;
import dev.mainstay.client.proto.ReadResponse;
import dev.mainstay.client.proto.StoreGrpc;
import dev.mainstay.client.proto.TransactionId;
import dev.mainstay.client.proto.TxnResponse;
import dev.mainstay.server.config.NodeConfig;
import dev.mainstay.server.gateway.Gateway;
import dev.mainstay.server.gateway.Outcome;
import dev.mainstay.server.gateway.Readiness;
import dev.mainstay.statemachine.apply.KvReplay;
import dev.mainstay.statemachine.command.Command;
import dev.mainstay.statemachine.command.KvAnswer;
import dev.mainstay.statemachine.command.KvOp;
import dev.mainstay.statemachine.command.Result;
import dev.mainstay.statemachine.command.TxnId;
import dev.mainstay.statemachine.command.Verdict;
import dev.mainstay.statemachine.feed.CompactedException;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// `mainstay.v1.Store`: read modes, and transactions under the caller's own id.
///
/// Event loop; ranges and repeated answers on storage threads.
final class StoreService extends StoreGrpc.StoreImplBase {

    private final Gateway gateway;
    private final NodeConfig.Limits limits;
    private final Headers headers;

    StoreService(Gateway gateway, NodeConfig.Limits limits, Headers headers) {
        this.gateway = gateway;
        this.limits = limits;
        this.headers = headers;
    }

    private TimeLimit limit() {
        return TimeLimit.ofCall(limits.requestTimeout().toNanos());
    }

    @Override
    public void read(ReadRequest request, StreamObserver<ReadResponse> observer) {
        var reply = Reply.to(observer);
        long asked = System.nanoTime();
        try {
            var step = KvRequests.range(request.getRange());
            whenReady(
                    request,
                    reply,
                    () -> {
                        try {
                            gateway.storageThreads()
                                    .execute(() -> readNow(request, step, asked, reply));
                        } catch (RejectedExecutionException e) {
                            reply.fail(EtcdError.TOO_MANY_REQUESTS);
                        }
                    });
        } catch (Rejection e) {
            reply.fail(e.error());
        }
    }

    private void whenReady(ReadRequest request, Reply<ReadResponse> reply, Runnable reading) {
        var limit = limit();
        Consumer<Readiness> ready =
                readiness -> {
                    if (readiness instanceof Readiness.Ready) {
                        reading.run();
                    } else {
                        reply.fail(limit.error(readiness));
                    }
                };
        switch (request.getMode()) {
            case STRICT -> gateway.whenStrict(limit.deadline(), ready);
            case SESSION -> gateway.whenAtRevision(request.getToken(), limit.deadline(), ready);
            case BOUNDED -> {
                if (request.getMaxStalenessMillis() > 0) {
                    gateway.whenFresh(request.getMaxStalenessMillis(), limit.deadline(), ready);
                } else {
                    reply.fail(StoreError.BAD_STALENESS.asRuntimeException());
                }
            }
            case LOCAL -> reading.run();
            case UNRECOGNIZED -> reply.fail(StoreError.BAD_READ_MODE.asRuntimeException());
        }
    }

    private void readNow(
            ReadRequest request, KvOp.Range step, long asked, Reply<ReadResponse> reply) {
        // Looked at before the view is opened: the view can only be fresher.
        long staleness = staleness(request, asked);
        try (var view = gateway.store().openReadView()) {
            var answer = RangeReading.read(view, step);
            var range = KvResponses.range(headers.at(view.position().revision()), step, answer);
            reply.send(
                    ReadResponse.newBuilder()
                            .setRange(range)
                            .setStalenessMillis(staleness)
                            .build());
        } catch (Rejection e) {
            reply.fail(e.error());
        }
    }

    private long staleness(ReadRequest request, long asked) {
        long sinceAsked = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - asked) + 1;
        return switch (request.getMode()) {
            case STRICT -> sinceAsked;
            case SESSION, BOUNDED, LOCAL, UNRECOGNIZED -> gateway.stalenessMillis();
        };
    }

    @Override
    public void commit(CommitRequest request, StreamObserver<CommitResponse> observer) {
        var reply = Reply.to(observer);
        try {
            var id = id(request.getId());
            if (id.isMadeByNode()) {
                reply.fail(StoreError.BAD_TRANSACTION_ID.asRuntimeException());
                return;
            }
            if (request.getTxn().getSerializedSize() > limits.requestBytesMax()) {
                throw new Rejection(EtcdError.REQUEST_TOO_LARGE);
            }
            var txn = KvRequests.txn(request.getTxn(), limits.txnOpsMax());
            var command =
                    new Command.KvTxn(
                            id, request.getSince(), txn.compares(), txn.success(), txn.failure());
            gateway.write(command, limit().deadline(), outcome -> answer(command, outcome, reply));
        } catch (Rejection e) {
            reply.fail(e.error());
        }
    }

    /// Ids with an upper half of 0 are made by nodes; a client that used one could collide with it.
    private static TxnId id(TransactionId id) {
        return new TxnId(id.getHigh(), id.getLow());
    }

    private void answer(Command.KvTxn command, Outcome outcome, Reply<CommitResponse> reply) {
        switch (outcome) {
            case Outcome.NotApplied(var lost) -> reply.fail(EtcdError.of(lost));
            case Outcome.Applied(_, _, var result) -> {
                switch (result.verdict()) {
                    case Verdict.Committed(var revision, var branch) ->
                            answer(
                                    new Writes.Written(revision, true, branch, command, result),
                                    reply);
                    case Verdict.Done(var revision, var branch) ->
                            answer(
                                    new Writes.Written(revision, false, branch, command, result),
                                    reply);
                    case Verdict.Failed(var failure, _) -> reply.fail(EtcdError.of(failure));
                    case Verdict.Expired _ -> reply.fail(StoreError.EXPIRED.asRuntimeException());
                    case Verdict.Voided _ -> reply.fail(StoreError.VOID.asRuntimeException());
                    case Verdict.Conflict _, Verdict.Started _ ->
                            reply.fail(StoreError.ID_OF_ANOTHER_KIND.asRuntimeException());
                }
            }
        }
    }

    private void answer(Writes.Written written, Reply<CommitResponse> reply) {
        Result result = written.result();
        if (!result.isRepeated()) {
            reply.send(response(written, result.answers()).build());
            return;
        }
        try {
            gateway.storageThreads().execute(() -> recall(written, reply));
        } catch (RejectedExecutionException e) {
            reply.fail(EtcdError.TOO_MANY_REQUESTS);
        }
    }

    /// An earlier attempt was carried out: what its steps found is computed again from history.
    private void recall(Writes.Written written, Reply<CommitResponse> reply) {
        CommitResponse.Builder response;
        try (var view = gateway.store().openReadView()) {
            var txn = (Command.KvTxn) written.command();
            response = response(written, KvReplay.answers(view, txn, written.result().verdict()));
        } catch (CompactedException e) {
            response = withoutSteps(written);
        }
        reply.send(response.setRepeatedAnswer(true).build());
    }

    private CommitResponse.Builder response(Writes.Written written, List<KvAnswer> answers) {
        var command = (Command.KvTxn) written.command();
        var txn = new KvOp.Txn(command.compares(), command.success(), command.failure());
        return CommitResponse.newBuilder()
                .setTxn(
                        KvResponses.txn(
                                headers.at(written.revision()),
                                txn,
                                new KvAnswer.Txn(written.branch(), answers),
                                written.revision() - (written.isChange() ? 1 : 0),
                                written.revision()));
    }

    private CommitResponse.Builder withoutSteps(Writes.Written written) {
        return CommitResponse.newBuilder()
                .setTxn(
                        TxnResponse.newBuilder()
                                .setHeader(headers.at(written.revision()))
                                .setSucceeded(written.branch()))
                .setResponsesLost(true);
    }

    @Override
    public void outcome(OutcomeRequest request, StreamObserver<OutcomeResponse> observer) {
        var reply = Reply.to(observer);
        gateway.write(
                new Command.VoidTxn(id(request.getId()), request.getSince()),
                limit().deadline(),
                outcome -> {
                    switch (outcome) {
                        case Outcome.NotApplied(var lost) -> reply.fail(EtcdError.of(lost));
                        case Outcome.Applied(_, _, var result) ->
                                reply.send(state(result.verdict()));
                    }
                });
    }

    private static OutcomeResponse state(Verdict verdict) {
        var response = OutcomeResponse.newBuilder();
        return switch (verdict) {
            case Verdict.Committed(var revision, _) ->
                    response.setState(OutcomeResponse.State.COMMITTED)
                            .setRevision(revision)
                            .build();
            case Verdict.Done(var revision, _) ->
                    response.setState(OutcomeResponse.State.COMMITTED)
                            .setRevision(revision)
                            .build();
            case Verdict.Started(_, var revision) ->
                    response.setState(OutcomeResponse.State.COMMITTED)
                            .setRevision(revision)
                            .build();
            case Verdict.Conflict _ -> response.setState(OutcomeResponse.State.ABORTED).build();
            case Verdict.Failed(_, var revision) ->
                    response.setState(OutcomeResponse.State.ABORTED).setRevision(revision).build();
            case Verdict.Voided(var revision) ->
                    response.setState(OutcomeResponse.State.ABORTED).setRevision(revision).build();
            case Verdict.Expired _ -> response.setState(OutcomeResponse.State.EXPIRED).build();
        };
    }
}
