package dev.mainstay.client;

/// The request makes no sense to a node: a key put twice, too many operations. Nothing was changed.
public final class InvalidRequestException extends MainstayException {

    private static final long serialVersionUID = 1;

    InvalidRequestException(String message, Throwable cause) {
        super(message, cause);
    }
}
