package dev.mainstay.client;

import java.util.List;

/// All that one revision changed in the watched range: never a part of it.
///
/// @param revision resume after it with [WatchOptions#startingAt] `revision + 1`
public record WatchBatch(long revision, List<WatchEvent> events) {

    public WatchBatch {
        events = List.copyOf(events);
    }
}
