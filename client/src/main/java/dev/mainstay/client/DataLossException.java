package dev.mainstay.client;

/// A node found its stored state damaged.
public final class DataLossException extends MainstayException {

    private static final long serialVersionUID = 1;

    DataLossException(String message, Throwable cause) {
        super(message, cause);
    }
}
