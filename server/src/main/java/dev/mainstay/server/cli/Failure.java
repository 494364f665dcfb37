package dev.mainstay.server.cli;

/// A command could not do what was asked; the message is one line for the user.
final class Failure extends Exception {

    private static final long serialVersionUID = 1;

    Failure(String message) {
        super(message);
    }
}
