package dev.mainstay.client;

import dev.mainstay.client.proto.RangeResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a read found.
///
/// @param entries what was asked for, in order
/// @param count entries in the whole range, whatever limit and filters say
/// @param more whether the limit cut entries off
/// @param revision the newest revision of the state that was read: a token for
///   [ReadMode#session(long)]; 0 for a read inside a transaction
/// @param staleness at most this much time has passed since that state was the newest; null = not
///   known
/// @param node address of the node that answered
public record RangeResult(
        List<KeyValue> entries,
        long count,
        boolean more,
        long revision,
        @Nullable Duration staleness,
        String node) {

    public RangeResult {
        entries = List.copyOf(entries);
    }

    static RangeResult of(RangeResponse wire, @Nullable Duration staleness, String node) {
        return new RangeResult(
                KeyValue.of(wire.getKvsList()),
                wire.getCount(),
                wire.getMore(),
                wire.getHeader().getRevision(),
                staleness,
                node);
    }

    /// The first entry: the one, for a read of a single key.
    public Optional<KeyValue> entry() {
        return entries.isEmpty() ? Optional.empty() : Optional.of(entries.getFirst());
    }

    /// The first entry's value.
    public Optional<Bytes> value() {
        return entry().map(KeyValue::value);
    }
}
