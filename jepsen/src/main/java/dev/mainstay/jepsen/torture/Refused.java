package dev.mainstay.jepsen.torture;

/// What was asked for cannot be done; the message says why, in one line.
final class Refused extends Exception {

    private static final long serialVersionUID = 1;

    private final boolean isUsage;

    private Refused(String message, boolean isUsage) {
        super(message);
        this.isUsage = isUsage;
    }

    /// The command line asks for something that there is not.
    static Refused usage(String message) {
        return new Refused(message, true);
    }

    /// This machine, or this cluster, cannot do it.
    static Refused here(String message) {
        return new Refused(message, false);
    }

    boolean isUsage() {
        return isUsage;
    }
}
