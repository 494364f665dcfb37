package dev.mainstay.server.admin.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What stands behind the question mark of a health check.
///
/// @param lag bytes that the node may be behind; empty if it does not matter
/// @param replicationState "" if it does not matter
/// @param hasTags user-defined tags were asked for; nodes have none
record Query(OptionalLong lag, String replicationState, boolean hasTags) {

    static final Query NONE = new Query(OptionalLong.empty(), "", false);

    private static final Pattern SIZE =
            Pattern.compile("(\\d{1,15}) ?(B|kB|MB|GB|TB)?", Pattern.CASE_INSENSITIVE);

    /// Empty when a value makes no sense.
    static Optional<Query> parse(@Nullable String raw) {
        var values = values(raw == null ? "" : raw);
        var lag = values.get("lag");
        boolean hasTags = values.keySet().stream().anyMatch(key -> key.startsWith("tag_"));
        var state = values.getOrDefault("replication_state", "");
        if (lag == null) {
            return Optional.of(new Query(OptionalLong.empty(), state, hasTags));
        }
        var bytes = bytes(lag);
        return bytes.isEmpty() ? Optional.empty() : Optional.of(new Query(bytes, state, hasTags));
    }

    private static Map<String, String> values(String raw) {
        var values = new HashMap<String, String>();
        for (var pair : raw.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                values.put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
            }
        }
        return values;
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return text;
        }
    }

    /// A number of bytes with PostgreSQL's units, as in `16MB`.
    private static OptionalLong bytes(String text) {
        var size = SIZE.matcher(text);
        if (!size.matches()) {
            return OptionalLong.empty();
        }
        long number = Long.parseLong(size.group(1));
        var unit = size.group(2);
        int power = unit == null ? 0 : "bkmgt".indexOf(Character.toLowerCase(unit.charAt(0)));
        double bytes = number * Math.pow(1024, power);
        return OptionalLong.of((long) Math.min(bytes, Long.MAX_VALUE));
    }
}
