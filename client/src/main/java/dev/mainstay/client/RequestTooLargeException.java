package dev.mainstay.client;

import org.jspecify.annotations.Nullable;

/// The request is larger than a node accepts (1.5 MiB of keys and values). Nothing was changed.
public final class RequestTooLargeException extends MainstayException {

    private static final long serialVersionUID = 1;

    RequestTooLargeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
