package dev.mainstay.client;

import dev.mainstay.client.proto.WatchCreateRequest;

/// What a watch gives. Immutable; each method gives a changed copy of it.
///
/// @param startRevision the first revision wanted; 0 = what comes after the watch is made
/// @param returnsPrevious whether events hold what the key held before
/// @param leavesOutPuts whether only deletes are wanted
/// @param leavesOutDeletes whether only puts are wanted
public record WatchOptions(
        long startRevision,
        boolean returnsPrevious,
        boolean leavesOutPuts,
        boolean leavesOutDeletes) {

    public static final WatchOptions DEFAULT = new WatchOptions(0, false, false, false);

    public WatchOptions {
        if (startRevision < 0) {
            throw new IllegalArgumentException("no such revision: " + startRevision);
        }
    }

    public WatchOptions startingAt(long revision) {
        return new WatchOptions(revision, returnsPrevious, leavesOutPuts, leavesOutDeletes);
    }

    public WatchOptions returningPrevious() {
        return new WatchOptions(startRevision, true, leavesOutPuts, leavesOutDeletes);
    }

    public WatchOptions withoutPuts() {
        return new WatchOptions(startRevision, returnsPrevious, true, leavesOutDeletes);
    }

    public WatchOptions withoutDeletes() {
        return new WatchOptions(startRevision, returnsPrevious, leavesOutPuts, true);
    }

    WatchCreateRequest request(KeyRange range) {
        var request =
                WatchCreateRequest.newBuilder()
                        .setKey(range.from().wire())
                        .setRangeEnd(range.end().wire())
                        .setPrevKv(returnsPrevious)
                        .setProgressNotify(true);
        if (leavesOutPuts) {
            request.addFilters(WatchCreateRequest.FilterType.NOPUT);
        }
        if (leavesOutDeletes) {
            request.addFilters(WatchCreateRequest.FilterType.NODELETE);
        }
        return request.build();
    }
}
