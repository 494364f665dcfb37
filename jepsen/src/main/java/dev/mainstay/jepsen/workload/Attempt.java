package dev.mainstay.jepsen.workload;

import dev.mainstay.client.DataLossException;
import dev.mainstay.client.DiskFullException;
import dev.mainstay.client.MainstayException;
import dev.mainstay.client.NoLeaderException;
import dev.mainstay.client.OutcomeUnknownException;
import dev.mainstay.client.UnavailableException;
import dev.mainstay.jepsen.history.Event;
import dev.mainstay.jepsen.history.Failure;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/// What a call that did not end well is in a history: certainly nothing, or unknown.
///
/// A read has no effect, so a read that fails is always [Event.Type#FAIL]. A write is unknown
/// unless the exception says for certain that it was not carried out.
///
/// @param type [Event.Type#FAIL] or [Event.Type#INFO]
record Attempt(Event.Type type, Failure failure) {

    static Attempt ofRead(MainstayException e) {
        return new Attempt(Event.Type.FAIL, new Failure(kind(e), text(e)));
    }

    static Attempt ofWrite(MainstayException e) {
        // A node with damaged state does not say when it noticed.
        var isUnknown = e.isMaybeCommitted() || e instanceof DataLossException || isPlain(e);
        return new Attempt(
                isUnknown ? Event.Type.INFO : Event.Type.FAIL, new Failure(kind(e), text(e)));
    }

    /// A raw call that only looks.
    static Attempt ofRead(Status status) {
        return new Attempt(Event.Type.FAIL, new Failure(kind(status), text(status)));
    }

    /// A raw call: certain only if the store itself decided against it.
    static Attempt ofWrite(Status status) {
        var kind = kind(status);
        var isCertain = kind == Failure.Kind.REFUSED || kind == Failure.Kind.OVERLOAD;
        return new Attempt(
                isCertain ? Event.Type.FAIL : Event.Type.INFO, new Failure(kind, text(status)));
    }

    /// The call's thread was interrupted: the run is over.
    static Attempt interrupted(boolean isRead) {
        return new Attempt(
                isRead ? Event.Type.FAIL : Event.Type.INFO,
                new Failure(Failure.Kind.TIMEOUT, "interrupted"));
    }

    private static Failure.Kind kind(MainstayException e) {
        return switch (e) {
            case OutcomeUnknownException _, DataLossException _ -> broken(e);
            case NoLeaderException _ -> Failure.Kind.NOT_SENT;
            case UnavailableException u ->
                    u.isMaybeCommitted() || isOverload(u) ? broken(u) : Failure.Kind.NOT_SENT;
            case DiskFullException _ -> Failure.Kind.OVERLOAD;
            default -> isPlain(e) ? broken(e) : Failure.Kind.REFUSED;
        };
    }

    /// A status that the SDK has no type for.
    private static boolean isPlain(MainstayException e) {
        return e.getClass() == MainstayException.class;
    }

    private static boolean isOverload(MainstayException e) {
        return status(e).getCode() == Status.Code.RESOURCE_EXHAUSTED;
    }

    private static Failure.Kind broken(MainstayException e) {
        return kind(status(e));
    }

    private static Status status(MainstayException e) {
        return e.getCause() == null ? Status.UNKNOWN : Status.fromThrowable(e.getCause());
    }

    private static Failure.Kind kind(Status status) {
        return switch (status.getCode()) {
            case DEADLINE_EXCEEDED -> Failure.Kind.TIMEOUT;
            case RESOURCE_EXHAUSTED -> Failure.Kind.OVERLOAD;
            case INVALID_ARGUMENT,
                    NOT_FOUND,
                    ALREADY_EXISTS,
                    PERMISSION_DENIED,
                    FAILED_PRECONDITION,
                    ABORTED,
                    OUT_OF_RANGE,
                    UNIMPLEMENTED,
                    UNAUTHENTICATED ->
                    Failure.Kind.REFUSED;
            case OK, CANCELLED, UNKNOWN, INTERNAL, UNAVAILABLE, DATA_LOSS ->
                    Failure.Kind.DISCONNECTED;
        };
    }

    private static String text(MainstayException e) {
        var name = e.getClass().getSimpleName().replace("Exception", "");
        return name + ": " + shortened(e.getMessage());
    }

    private static String text(Status status) {
        return status.getCode() + ": " + shortened(status.getDescription());
    }

    private static String shortened(@Nullable String text) {
        var whole = text == null ? "" : text;
        return whole.length() <= 200 ? whole : whole.substring(0, 200);
    }
}
