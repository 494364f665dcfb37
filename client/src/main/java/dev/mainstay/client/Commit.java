package dev.mainstay.client;

import dev.mainstay.client.internal.Fault;
import dev.mainstay.client.internal.Methods;
import dev.mainstay.client.internal.Node;
import dev.mainstay.client.proto.CommitRequest;
import dev.mainstay.client.proto.CommitResponse;
import dev.mainstay.client.proto.RangeRequest;
import dev.mainstay.client.proto.ReadRequest;
import dev.mainstay.client.proto.ReadResponse;
import dev.mainstay.client.proto.TxnRequest;
import org.jspecify.annotations.Nullable;

/// One write under one transaction id, from first attempt to answer.
///
/// The id's `since` must not be old when the first attempt is made, so a client that has heard
/// nothing for a while reads a revision first. Steps follow each other, each begun when the last
/// one's end was heard: no locks.
abstract class Commit<R> extends Pending<CommitResponse, R> {

    /// Nodes take no larger message.
    private static final int REQUEST_BYTES_MAX = 2 << 20;

    private static final ReadRequest LOOK =
            ReadRequest.newBuilder()
                    .setMode(dev.mainstay.client.proto.ReadMode.LOCAL)
                    .setRange(
                            RangeRequest.newBuilder()
                                    .setKey(KeyRange.all().from().wire())
                                    .setLimit(1)
                                    .setKeysOnly(true))
                    .build();

    private final Calls calls;
    private final TxnRequest txn;
    private final boolean isIdChosen;
    private final long deadline;
    private @Nullable TransactionId id;

    /// @param chosen the caller's own id; null = a new one
    Commit(Calls calls, TxnRequest txn, @Nullable TransactionId chosen) {
        this.calls = calls;
        this.txn = txn;
        this.isIdChosen = chosen != null;
        this.id = chosen;
        this.deadline = calls.deadline();
    }

    abstract R convert(CommitResponse answer, TransactionId id, String node);

    Commit<R> start() {
        if (isIdChosen || calls.cluster().revisions().isCurrent()) {
            send();
        } else {
            look();
        }
        return this;
    }

    private void send() {
        var current = id == null ? calls.newId() : id;
        id = current;
        var request =
                CommitRequest.newBuilder()
                        .setId(current.wire())
                        .setSince(current.since())
                        // Nobody here knows whether a chosen id was sent before.
                        .setRepeatedAttempt(isIdChosen)
                        .setTxn(txn)
                        .build();
        if (request.getSerializedSize() > REQUEST_BYTES_MAX) {
            completeExceptionally(
                    new RequestTooLargeException(
                            "a request of " + request.getSerializedSize() + " bytes", null));
            return;
        }
        runs(calls.cluster().start(Methods.COMMIT, request, deadline, calls.pin(), this));
    }

    /// Learns a revision, then sends.
    private void look() {
        runs(calls.cluster().start(Methods.READ, LOOK, deadline, calls.pin(), new Look()));
    }

    private final class Look implements dev.mainstay.client.internal.Receiver<ReadResponse> {

        @Override
        public void answered(ReadResponse answer, Node from) {
            calls.saw(answer.getRange().getHeader().getRevision());
            send();
        }

        @Override
        public void failed(Fault fault) {
            // Only a read was sent.
            completeExceptionally(
                    Faults.of(
                            new Fault(
                                    fault.status(),
                                    fault.isFinal(),
                                    false,
                                    fault.leaderMissing(),
                                    fault.attempts(),
                                    fault.node())));
        }
    }

    private TransactionId sentAs() {
        var sent = id;
        if (sent == null) {
            throw new AssertionError("an end without a beginning");
        }
        return sent;
    }

    @Override
    R convert(CommitResponse answer, Node from) {
        var sentAs = sentAs();
        calls.saw(answer.getTxn().getHeader().getRevision());
        return convert(answer, sentAs, from.address());
    }

    @Override
    public void failed(Fault fault) {
        var sentAs = sentAs();
        if (!Faults.isExpired(fault)) {
            completeExceptionally(Faults.of(fault, sentAs));
        } else if (isIdChosen || fault.maybeExecuted()) {
            completeExceptionally(
                    new OutcomeUnknownException(
                            "outcome of transaction " + sentAs + " forgotten",
                            sentAs,
                            fault.status().asException()));
        } else {
            // Certainly the first attempt, and its `since` was too old: begin anew.
            id = null;
            calls.cluster().revisions().forget();
            look();
        }
    }
}
