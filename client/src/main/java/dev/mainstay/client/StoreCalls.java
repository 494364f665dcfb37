package dev.mainstay.client;

import dev.mainstay.client.internal.Methods;
import dev.mainstay.client.internal.Node;
import dev.mainstay.client.proto.CommitResponse;
import dev.mainstay.client.proto.OutcomeRequest;
import dev.mainstay.client.proto.OutcomeResponse;
import dev.mainstay.client.proto.ReadRequest;
import dev.mainstay.client.proto.ReadResponse;
import dev.mainstay.client.proto.ResponseOp;
import dev.mainstay.client.proto.TxnRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// The [KeyValueStore] over mainstay.v1 Store. Any thread.
final class StoreCalls implements KeyValueStore {

    private final Calls calls;

    StoreCalls(Calls calls) {
        this.calls = calls;
    }

    @Override
    public CompletionStage<RangeResult> getAllAsync(KeyRange range, RangeOptions options) {
        var request = ReadRequest.newBuilder().setRange(options.request(range));
        options.mode().writeTo(request);
        return calls.start(
                Methods.READ,
                request.build(),
                new Pending<ReadResponse, RangeResult>() {
                    @Override
                    RangeResult convert(ReadResponse answer, Node from) {
                        calls.saw(answer.getRange().getHeader().getRevision());
                        return RangeResult.of(answer.getRange(), staleness(answer), from.address());
                    }
                });
    }

    private static @Nullable Duration staleness(ReadResponse answer) {
        long millis = answer.getStalenessMillis();
        return millis < 0 ? null : Duration.ofMillis(millis);
    }

    @Override
    public CompletionStage<PutResult> putAsync(Bytes key, Bytes value, PutOptions options) {
        return new Commit<PutResult>(calls, only(Operation.put(key, value, options)), null) {
            @Override
            PutResult convert(CommitResponse answer, TransactionId id, String node) {
                var put = firstOf(answer).getResponsePut();
                return new PutResult(
                        revisionOf(answer),
                        put.hasPrevKv() ? KeyValue.of(put.getPrevKv()) : null,
                        answer.getResponsesLost(),
                        id,
                        node);
            }
        }.start();
    }

    @Override
    public CompletionStage<DeleteResult> deleteAsync(KeyRange range, boolean returnsPrevious) {
        return new Commit<DeleteResult>(
                calls, only(Operation.delete(range, returnsPrevious)), null) {
            @Override
            DeleteResult convert(CommitResponse answer, TransactionId id, String node) {
                var delete = firstOf(answer).getResponseDeleteRange();
                return new DeleteResult(
                        revisionOf(answer),
                        answer.getResponsesLost() ? -1 : delete.getDeleted(),
                        KeyValue.of(delete.getPrevKvsList()),
                        answer.getResponsesLost(),
                        id,
                        node);
            }
        }.start();
    }

    @Override
    public CompletionStage<TransactionResult> transactionAsync(Transaction transaction) {
        return new Commit<TransactionResult>(calls, transaction.wire(), transaction.id()) {
            @Override
            TransactionResult convert(CommitResponse answer, TransactionId id, String node) {
                return new TransactionResult(
                        answer.getTxn().getSucceeded(),
                        OperationAnswers.of(responsesOf(answer), node),
                        revisionOf(answer),
                        answer.getResponsesLost(),
                        answer.getRepeatedAnswer(),
                        id,
                        node);
            }
        }.start();
    }

    CompletionStage<Outcome> outcomeAsync(TransactionId id) {
        var request = OutcomeRequest.newBuilder().setId(id.wire()).setSince(id.since()).build();
        return calls.start(
                Methods.OUTCOME,
                request,
                new Pending<OutcomeResponse, Outcome>() {
                    @Override
                    Outcome convert(OutcomeResponse answer, Node from) {
                        var state =
                                switch (answer.getState()) {
                                    case COMMITTED -> Outcome.State.COMMITTED;
                                    case ABORTED -> Outcome.State.ABORTED;
                                    case EXPIRED -> Outcome.State.EXPIRED;
                                    case UNSPECIFIED, UNRECOGNIZED ->
                                            throw new MainstayException(
                                                    "an outcome that is not known here");
                                };
                        return new Outcome(state, answer.getRevision());
                    }
                });
    }

    private static TxnRequest only(Operation operation) {
        return TxnRequest.newBuilder().addSuccess(operation.wire()).build();
    }

    private static long revisionOf(CommitResponse answer) {
        return answer.getTxn().getHeader().getRevision();
    }

    private static List<ResponseOp> responsesOf(CommitResponse answer) {
        return answer.getResponsesLost() ? List.of() : answer.getTxn().getResponsesList();
    }

    private static ResponseOp firstOf(CommitResponse answer) {
        var responses = responsesOf(answer);
        return responses.isEmpty() ? ResponseOp.getDefaultInstance() : responses.getFirst();
    }
}
