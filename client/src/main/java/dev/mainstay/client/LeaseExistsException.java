package dev.mainstay.client;

/// A lease with this id exists already. Nothing was changed.
public final class LeaseExistsException extends MainstayException {

    private static final long serialVersionUID = 1;

    LeaseExistsException(String message, Throwable cause) {
        super(message, cause);
    }
}
