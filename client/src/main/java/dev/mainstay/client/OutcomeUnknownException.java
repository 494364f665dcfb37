package dev.mainstay.client;

/// A transaction was sent, and the deadline came before the answer. It may be carried out, once,
/// now or a little later, or never.
///
/// [Database#outcome(TransactionId)] settles it. Sending the same transaction again with
/// [Transaction#withId] is safe too.
public final class OutcomeUnknownException extends MainstayException {

    private static final long serialVersionUID = 1;

    private final transient TransactionId id;

    OutcomeUnknownException(String message, TransactionId id, Throwable cause) {
        super(message, cause);
        this.id = id;
    }

    public TransactionId id() {
        return id;
    }

    @Override
    public boolean isMaybeCommitted() {
        return true;
    }
}
