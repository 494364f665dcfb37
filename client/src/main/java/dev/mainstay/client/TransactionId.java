package dev.mainstay.client;

import java.util.regex.Pattern;

/// The identity of one transaction, the same in all its attempts at all nodes: whatever is sent
/// under it is carried out at most once.
///
/// It can be stored as text before the call, and asked about after a crash
/// ([Database#outcome(TransactionId)]).
///
/// @param high never 0
/// @param since a revision that was known before the first attempt
public record TransactionId(long high, long low, long since) {

    private static final Pattern TEXT = Pattern.compile("([0-9a-f]{16})([0-9a-f]{16})@([0-9]+)");

    public TransactionId {
        if (high == 0) {
            throw new IllegalArgumentException("ids of nodes begin with 0, not those of clients");
        }
        if (since < 0) {
            throw new IllegalArgumentException("no such revision: " + since);
        }
    }

    /// The inverse of [#toString].
    public static TransactionId parse(String text) {
        var parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("no transaction id: " + text);
        }
        return new TransactionId(
                Long.parseUnsignedLong(parts.group(1), 16),
                Long.parseUnsignedLong(parts.group(2), 16),
                Long.parseLong(parts.group(3)));
    }

    dev.mainstay.client.proto.TransactionId wire() {
        return dev.mainstay.client.proto.TransactionId.newBuilder()
                .setHigh(high)
                .setLow(low)
                .build();
    }

    @Override
    public String toString() {
        return "%016x%016x@%d".formatted(high, low, since);
    }
}
