package dev.mainstay.client;

/// The disk of a node is nearly full: writes are refused until space is freed. Nothing was changed.
public final class DiskFullException extends MainstayException {

    private static final long serialVersionUID = 1;

    DiskFullException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public boolean isRetryable() {
        return true;
    }
}
