package dev.mainstay.client;

import dev.mainstay.client.proto.RangeRequest;

/// How a range is read. Immutable; each method gives a changed copy of it.
public final class RangeOptions {

    /// All of the range, with values, by key, newest, strict.
    public static final RangeOptions DEFAULT =
            new RangeOptions(RangeRequest.getDefaultInstance(), ReadMode.strict());

    /// What a range is sorted by.
    public enum SortBy {
        KEY(RangeRequest.SortTarget.KEY),
        VERSION(RangeRequest.SortTarget.VERSION),
        CREATE_REVISION(RangeRequest.SortTarget.CREATE),
        MOD_REVISION(RangeRequest.SortTarget.MOD),
        VALUE(RangeRequest.SortTarget.VALUE);

        private final RangeRequest.SortTarget wire;

        SortBy(RangeRequest.SortTarget wire) {
            this.wire = wire;
        }
    }

    /// Without its keys.
    private final RangeRequest wire;

    private final ReadMode mode;

    private RangeOptions(RangeRequest wire, ReadMode mode) {
        this.wire = wire;
        this.mode = mode;
    }

    private RangeOptions with(RangeRequest.Builder changed) {
        return new RangeOptions(changed.build(), mode);
    }

    private static long notNegative(long number) {
        if (number < 0) {
            throw new IllegalArgumentException("negative: " + number);
        }
        return number;
    }

    public RangeOptions mode(ReadMode newMode) {
        return new RangeOptions(wire, newMode);
    }

    /// At most so many entries; 0 = all.
    public RangeOptions limit(long entries) {
        return with(wire.toBuilder().setLimit(notNegative(entries)));
    }

    /// The state as of an earlier revision; 0 = the newest.
    public RangeOptions atRevision(long revision) {
        return with(wire.toBuilder().setRevision(notNegative(revision)));
    }

    public RangeOptions ascending(SortBy by) {
        return with(
                wire.toBuilder()
                        .setSortOrder(RangeRequest.SortOrder.ASCEND)
                        .setSortTarget(by.wire));
    }

    public RangeOptions descending(SortBy by) {
        return with(
                wire.toBuilder()
                        .setSortOrder(RangeRequest.SortOrder.DESCEND)
                        .setSortTarget(by.wire));
    }

    /// Leaves the values out of the answer.
    public RangeOptions keysOnly() {
        return with(wire.toBuilder().setKeysOnly(true));
    }

    /// Leaves all but the count out of the answer.
    public RangeOptions countOnly() {
        return with(wire.toBuilder().setCountOnly(true));
    }

    /// Only entries written at `min` to `max`, both included; 0 = no bound.
    public RangeOptions modRevisions(long min, long max) {
        return with(
                wire.toBuilder()
                        .setMinModRevision(notNegative(min))
                        .setMaxModRevision(notNegative(max)));
    }

    /// Only entries made at `min` to `max`, both included; 0 = no bound.
    public RangeOptions createRevisions(long min, long max) {
        return with(
                wire.toBuilder()
                        .setMinCreateRevision(notNegative(min))
                        .setMaxCreateRevision(notNegative(max)));
    }

    ReadMode mode() {
        return mode;
    }

    RangeRequest request(KeyRange range) {
        return wire.toBuilder().setKey(range.from().wire()).setRangeEnd(range.end().wire()).build();
    }
}
