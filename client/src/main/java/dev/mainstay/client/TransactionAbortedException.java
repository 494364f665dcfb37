package dev.mainstay.client;

/// The transaction id was made void before its transaction came: by
/// [Database#outcome(TransactionId)]. Nothing was changed, and nothing ever will be under this id.
public final class TransactionAbortedException extends MainstayException {

    private static final long serialVersionUID = 1;

    TransactionAbortedException(String message, Throwable cause) {
        super(message, cause);
    }
}
