package dev.mainstay.client;

import dev.mainstay.client.internal.Fault;

/// From what a node said to what a user catches.
final class Faults {

    private Faults() {}

    static MainstayException of(Fault fault) {
        return fault.isFinal() ? decided(fault) : undecided(fault);
    }

    /// For a transaction, which has an id to ask about.
    static MainstayException of(Fault fault, TransactionId id) {
        // An earlier attempt may have been carried out, and this answer is not about the id.
        if (fault.maybeExecuted() && !(fault.isFinal() && isVerdict(fault))) {
            return new OutcomeUnknownException(
                    "outcome of transaction " + id + " unknown: " + story(fault), id, cause(fault));
        }
        return of(fault);
    }

    /// Whether the answer is what the log decided under the transaction's id, and not merely this
    /// node's refusal of this attempt.
    private static boolean isVerdict(Fault fault) {
        return switch (decided(fault)) {
            case LeaseNotFoundException _,
                    LeaseExistsException _,
                    KeyNotFoundException _,
                    CompactedException _,
                    FutureRevisionException _,
                    InvalidRequestException _,
                    TransactionAbortedException _ ->
                    true;
            default -> false;
        };
    }

    static boolean isExpired(Fault fault) {
        return fault.isFinal() && fault.says("expired");
    }

    private static MainstayException undecided(Fault fault) {
        var story = story(fault);
        if (fault.leaderMissing() && !fault.maybeExecuted()) {
            return new NoLeaderException("no leader: " + story, cause(fault));
        }
        return new UnavailableException("no answer: " + story, fault.maybeExecuted(), cause(fault));
    }

    private static MainstayException decided(Fault fault) {
        var text = fault.text();
        var cause = cause(fault);
        if (text.contains("lease not found")) {
            return new LeaseNotFoundException(text, cause);
        }
        if (text.contains("has been compacted")) {
            return new CompactedException(text, 0, cause);
        }
        if (text.contains("future revision")) {
            return new FutureRevisionException(text, cause);
        }
        if (text.contains("request is too large") || text.contains("larger than max")) {
            return new RequestTooLargeException(text, cause);
        }
        return switch (fault.status().getCode()) {
            case INVALID_ARGUMENT, OUT_OF_RANGE ->
                    text.contains("key not found")
                            ? new KeyNotFoundException(text, cause)
                            : new InvalidRequestException(text, cause);
            case RESOURCE_EXHAUSTED ->
                    text.contains("space exceeded")
                            ? new DiskFullException(text, cause)
                            : new RequestTooLargeException(text, cause);
            case DATA_LOSS -> new DataLossException(text, cause);
            case ABORTED -> new TransactionAbortedException(text, cause);
            case FAILED_PRECONDITION, ALREADY_EXISTS ->
                    text.contains("lease already exists")
                            ? new LeaseExistsException(text, cause)
                            : new RefusedException(text, cause);
            case NOT_FOUND, PERMISSION_DENIED, UNAUTHENTICATED -> new RefusedException(text, cause);
            default -> new MainstayException(story(fault), cause);
        };
    }

    private static String story(Fault fault) {
        return "%d attempts, the last at %s: %s"
                .formatted(fault.attempts(), fault.node(), said(fault));
    }

    private static String said(Fault fault) {
        var status = fault.status();
        return fault.text().isEmpty() ? status.getCode().name() : fault.text();
    }

    private static Throwable cause(Fault fault) {
        return fault.status().asException();
    }
}
