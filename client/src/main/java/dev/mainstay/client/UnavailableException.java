package dev.mainstay.client;

import org.jspecify.annotations.Nullable;

/// No node gave an answer until the deadline. Nothing was changed, unless [#isMaybeCommitted].
public class UnavailableException extends MainstayException {

    private static final long serialVersionUID = 1;

    private final boolean isMaybeCommitted;

    UnavailableException(String message, boolean isMaybeCommitted, @Nullable Throwable cause) {
        super(message, cause);
        this.isMaybeCommitted = isMaybeCommitted;
    }

    @Override
    public boolean isRetryable() {
        return true;
    }

    @Override
    public boolean isMaybeCommitted() {
        return isMaybeCommitted;
    }
}
