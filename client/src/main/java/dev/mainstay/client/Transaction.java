package dev.mainstay.client;

import dev.mainstay.client.proto.RequestOp;
import dev.mainstay.client.proto.TxnRequest;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Conditions, what to do when all of them hold, and what to do otherwise: carried out at one
/// revision, or not at all. At most 128 conditions and 128 operations a branch.
///
/// Immutable; each method gives a changed copy of it. A key may be put only once on each path.
public final class Transaction {

    private final TxnRequest wire;
    private final @Nullable TransactionId id;

    private Transaction(TxnRequest wire, @Nullable TransactionId id) {
        this.wire = wire;
        this.id = id;
    }

    /// Without conditions.
    public static Transaction of(Operation... operations) {
        return when().then(operations);
    }

    public static Transaction when(Compare... conditions) {
        var wire = TxnRequest.newBuilder();
        for (var condition : conditions) {
            wire.addCompare(condition.wire());
        }
        return new Transaction(wire.build(), null);
    }

    /// Appends to what is done when all conditions hold.
    public Transaction then(Operation... operations) {
        return new Transaction(wire.toBuilder().addAllSuccess(wire(operations)).build(), id);
    }

    /// Appends to what is done when a condition does not hold.
    public Transaction otherwise(Operation... operations) {
        return new Transaction(wire.toBuilder().addAllFailure(wire(operations)).build(), id);
    }

    /// Sends it under an id of [Database#newTransactionId], for callers that must be able to ask
    /// about it, or to send it again, after they crashed. Without it each call makes a new id.
    public Transaction withId(TransactionId newId) {
        return new Transaction(wire, newId);
    }

    private static List<RequestOp> wire(Operation... operations) {
        return Arrays.stream(operations).map(Operation::wire).toList();
    }

    TxnRequest wire() {
        return wire;
    }

    @Nullable TransactionId id() {
        return id;
    }
}
