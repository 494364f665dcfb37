package dev.mainstay.statemachine.storage;

import java.util.concurrent.atomic.AtomicInteger;

/// Counts who is using a native object, so that it is freed after its owner has closed it and the
/// last user has left, and not before: a use after that would end the process.
///
/// Any thread. The end runs once, on the thread that leaves last.
final class Lifetime {

    private static final int CLOSED = Integer.MIN_VALUE;

    /// The number of users, the owner among them until it closes; [#CLOSED] added from then on.
    private final AtomicInteger state = new AtomicInteger(1);

    private final String name;
    private final Runnable end;

    /// @param name of what lives, for messages
    Lifetime(String name, Runnable end) {
        this.name = name;
        this.end = end;
    }

    /// Begins a use, which must end with [#leave].
    void enter() {
        int before = state.get();
        while (true) {
            if (before < 0) {
                throw new IllegalStateException("the " + name + " is closed");
            }
            int seen = state.compareAndExchange(before, before + 1);
            if (seen == before) {
                return;
            }
            before = seen;
        }
    }

    void leave() {
        if (state.decrementAndGet() == CLOSED) {
            end.run();
        }
    }

    boolean isClosed() {
        return state.get() < 0;
    }

    /// No use begins from now on; closing again does nothing.
    void close() {
        int before = state.getAndUpdate(now -> now < 0 ? now : CLOSED + now - 1);
        if (before == 1) {
            end.run();
        }
    }
}
