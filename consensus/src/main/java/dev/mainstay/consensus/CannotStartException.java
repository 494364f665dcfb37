package dev.mainstay.consensus;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// This member cannot be started; the message is the one line that an operator reads before the
/// process ends.
public final class CannotStartException extends Exception {

    @Serial private static final long serialVersionUID = 1;

    public CannotStartException(String message) {
        super(message);
    }

    public CannotStartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
