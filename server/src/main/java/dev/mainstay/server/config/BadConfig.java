package dev.mainstay.server.config;

/// The user's mistake in a configuration; the message is one line that names key, value and range.
public final class BadConfig extends Exception {

    private static final long serialVersionUID = 1;

    public BadConfig(String message) {
        super(message);
    }
}
