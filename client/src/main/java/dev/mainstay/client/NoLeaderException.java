package dev.mainstay.client;

/// There was no leader until the deadline: too few nodes could reach each other. Nothing was
/// changed. Reads in the mode [ReadMode#local] still work.
public final class NoLeaderException extends UnavailableException {

    private static final long serialVersionUID = 1;

    NoLeaderException(String message, Throwable cause) {
        super(message, false, cause);
    }
}
