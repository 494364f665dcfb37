package dev.mainstay.statemachine.feed;

import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.Version;
import org.jspecify.annotations.Nullable;

/// One key's change by one revision: `now` null is a deletion, `before` null a creation (or a
/// version that is no longer kept).
public record Change(Key key, @Nullable Version now, @Nullable Version before) {}
