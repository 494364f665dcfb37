package dev.mainstay.server;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The end of a process that must not serve any more: one clear line, and no clean-up that could
/// make things worse. Any thread.
final class Halt {

    private static final Logger LOG = LoggerFactory.getLogger("mainstay");

    /// As `sysexits.h` has it: input/output error.
    private static final int CODE = 74;

    private static final AtomicBoolean HALTED = new AtomicBoolean();

    private Halt() {}

    static void now(String reason) {
        now(reason, null);
    }

    static void now(String reason, @Nullable Throwable cause) {
        if (HALTED.compareAndSet(false, true)) {
            if (cause != null) {
                LOG.error("cause of the line that follows", cause);
            }
            LOG.error("FATAL: {}", reason);
            Runtime.getRuntime().halt(CODE);
        }
    }
}
