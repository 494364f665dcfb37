package dev.mainstay.client;

/// A put that keeps the value or the lease of a key found no such key. Nothing was changed.
public final class KeyNotFoundException extends MainstayException {

    private static final long serialVersionUID = 1;

    KeyNotFoundException(String message, Throwable cause) {
        super(message, cause);
    }
}
