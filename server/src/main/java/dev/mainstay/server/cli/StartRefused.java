package dev.mainstay.server.cli;

/// A node will not start, for a reason that its operator can do something about; the message is one
/// line.
public final class StartRefused extends Exception {

    private static final long serialVersionUID = 1;

    public StartRefused(String message) {
        super(message);
    }
}
