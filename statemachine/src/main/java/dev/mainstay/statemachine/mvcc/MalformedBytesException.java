package dev.mainstay.statemachine.mvcc;

import java.io.Serial;

/// Stored or transmitted bytes do not have the form that they should have.
public final class MalformedBytesException extends RuntimeException {

    @Serial private static final long serialVersionUID = 1;

    private final int offset;

    public MalformedBytesException(int offset, String what) {
        super(what + " at offset " + offset);
        this.offset = offset;
    }

    /// Where in the bytes it shows, from 0.
    public int offset() {
        return offset;
    }
}
