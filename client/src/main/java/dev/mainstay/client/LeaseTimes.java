package dev.mainstay.client;

import java.time.Duration;
import java.util.List;

/// How long a lease lives, in whole seconds, as its leader counts.
///
/// @param granted what each renewal gives
/// @param remaining until it runs out unless renewed
/// @param keys those that go with it, when they were asked for
public record LeaseTimes(Duration granted, Duration remaining, List<Bytes> keys) {

    public LeaseTimes {
        keys = List.copyOf(keys);
    }
}
