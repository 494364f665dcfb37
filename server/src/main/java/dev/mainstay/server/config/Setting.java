package dev.mainstay.server.config;

import org.jspecify.annotations.Nullable;

/// One thing that can be set, and everything there is to know about it.
///
/// @param kind type, unit and range
/// @param standard the value when it is not set; null when it must be set or follows from others
/// @param shown the default for people
/// @param meaning one sentence
public record Setting(
        String key, Kind kind, @Nullable String standard, String shown, String meaning) {

    public String type() {
        return kind.type();
    }

    public String range() {
        return kind.range();
    }
}
