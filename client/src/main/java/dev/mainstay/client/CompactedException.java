package dev.mainstay.client;

import org.jspecify.annotations.Nullable;

/// What was asked for lies below the history floor: it was compacted.
public final class CompactedException extends MainstayException {

    private static final long serialVersionUID = 1;

    private final long compactRevision;

    CompactedException(String message, long compactRevision, @Nullable Throwable cause) {
        super(message, cause);
        this.compactRevision = compactRevision;
    }

    /// The oldest revision that can still be read, or 0 when the node did not say.
    public long compactRevision() {
        return compactRevision;
    }
}
