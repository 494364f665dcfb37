package dev.mainstay.statemachine.feed;

import java.io.Serial;

/// What was asked for lies below the KV floor.
public final class CompactedException extends Exception {

    @Serial private static final long serialVersionUID = 1;

    private final long floor;

    public CompactedException(long floor) {
        super("compacted at revision " + floor);
        this.floor = floor;
    }

    public long floor() {
        return floor;
    }
}
