package dev.mainstay.server.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigRenderOptions;
import java.time.Duration;

/// What a setting's value may be: its type, unit and range.
sealed interface Kind {

    /// @param pattern what the whole value must match
    /// @param range the same for people
    record Text(String pattern, String range) implements Kind {}

    record Whole(long min, long max) implements Kind {}

    /// Bytes, written as a number or with a unit: `1.5 MiB`, `1 GB`.
    record Bytes(long min, long max) implements Kind {}

    /// A duration, written with a unit: `300ms`, `24h`; a bare number counts milliseconds.
    record Time(Duration min, Duration max) implements Kind {}

    default String type() {
        return switch (this) {
            case Text _ -> "text";
            case Whole _ -> "number";
            case Bytes _ -> "bytes";
            case Time _ -> "duration";
        };
    }

    default String range() {
        return switch (this) {
            case Text text -> text.range;
            case Whole(var min, var max) -> min + " to " + max;
            case Bytes(var min, var max) -> Units.bytes(min) + " to " + Units.bytes(max);
            case Time(var min, var max) -> Units.time(min) + " to " + Units.time(max);
        };
    }

    /// The value at `key`: a [String], [Long] or [Duration] within the range.
    default Object read(Config config, String key) throws BadConfig {
        try {
            return switch (this) {
                case Text text -> {
                    var value = config.getString(key);
                    yield check(config, key, value, value.matches(text.pattern));
                }
                case Whole(var min, var max) -> {
                    long value = config.getLong(key);
                    yield check(config, key, value, min <= value && value <= max);
                }
                case Bytes(var min, var max) -> {
                    long value = config.getBytes(key);
                    yield check(config, key, value, min <= value && value <= max);
                }
                case Time(var min, var max) -> {
                    var value = config.getDuration(key);
                    boolean isInRange = min.compareTo(value) <= 0 && value.compareTo(max) <= 0;
                    yield check(config, key, value, isInRange);
                }
            };
        } catch (ConfigException.WrongType | ConfigException.BadValue e) {
            throw refusal(config, key);
        }
    }

    private Object check(Config config, String key, Object value, boolean isGood) throws BadConfig {
        if (!isGood) {
            throw refusal(config, key);
        }
        return value;
    }

    private BadConfig refusal(Config config, String key) {
        var value = config.getValue(key);
        return new BadConfig(
                "%s = %s (%s): must be a %s, %s"
                        .formatted(
                                key,
                                value.render(ConfigRenderOptions.concise()),
                                value.origin().description(),
                                type(),
                                range())
                        .replace("a bytes", "a number of bytes"));
    }
}
