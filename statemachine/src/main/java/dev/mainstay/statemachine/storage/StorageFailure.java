package dev.mainstay.statemachine.storage;

import java.io.Serial;

/// The disk failed or lied. Whoever meets it stops the group on this node: nothing is retried after
/// a failed write.
public final class StorageFailure extends RuntimeException {

    @Serial private static final long serialVersionUID = 1;

    public StorageFailure(String message, Throwable cause) {
        super(message, cause);
    }

    public StorageFailure(String message) {
        super(message);
    }
}
