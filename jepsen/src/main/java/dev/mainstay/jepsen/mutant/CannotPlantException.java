package dev.mainstay.jepsen.mutant;

/// A mutant that cannot be made of these sources; the message says why, for its reader.
public final class CannotPlantException extends Exception {

    private static final long serialVersionUID = 1;

    CannotPlantException(String message) {
        super(message);
    }
}
