package dev.mainstay.client;

import org.jspecify.annotations.Nullable;

/// A call did not do what was asked. Unchecked, because most callers can only pass it on.
///
/// The subclasses say why; these two questions are enough for a generic handler.
public class MainstayException extends RuntimeException {

    private static final long serialVersionUID = 1;

    MainstayException(String message) {
        super(message);
    }

    MainstayException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /// Whether the same call may succeed later. The client itself tried until the deadline.
    public boolean isRetryable() {
        return false;
    }

    /// Whether the call may have been carried out all the same. When true, calling again may do it
    /// twice, unless under the same [TransactionId].
    public boolean isMaybeCommitted() {
        return false;
    }
}
