package dev.mainstay.client;

/// The revision asked for does not exist yet.
public final class FutureRevisionException extends MainstayException {

    private static final long serialVersionUID = 1;

    FutureRevisionException(String message, Throwable cause) {
        super(message, cause);
    }
}
