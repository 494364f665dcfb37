package dev.mainstay.server;

import dev.mainstay.server.telemetry.Journal;
import org.jspecify.annotations.Nullable;

/// The end of a process that must not serve any more: one clear line, and no clean-up that could
/// make things worse. Any thread.
final class Halt {

    /// As `sysexits.h` has it: input/output error.
    private static final int CODE = 74;

    private Halt() {}

    static void now(String reason) {
        now(reason, null);
    }

    static void now(String reason, @Nullable Throwable cause) {
        Journal.fatal(CODE, reason, cause);
    }
}
