package dev.mainstay.client;

import org.jspecify.annotations.Nullable;

/// The lease does not exist: it was never granted, was revoked, or ran out. Nothing was changed.
public final class LeaseNotFoundException extends MainstayException {

    private static final long serialVersionUID = 1;

    LeaseNotFoundException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
