package dev.mainstay.client;

/// The state of the cluster does not allow what was asked, such as a membership change that is
/// under way, or access was denied. Nothing was changed.
public final class RefusedException extends MainstayException {

    private static final long serialVersionUID = 1;

    RefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
