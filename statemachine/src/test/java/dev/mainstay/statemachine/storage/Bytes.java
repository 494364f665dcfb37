package dev.mainstay.statemachine.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Short words for tests that write text into a byte store.
final class Bytes {

    private Bytes() {}

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    static void put(ByteStore store, Family family, String key, String value) {
        try (var batch = store.newBatch()) {
            batch.put(family, bytes(key), bytes(value));
            store.write(batch);
        }
    }

    static List<String> keys(
            ByteReader reader,
            Family family,
            String from,
            @Nullable String to,
            boolean descending) {
        var keys = new ArrayList<String>();
        try (var cursor =
                reader.scan(family, bytes(from), to == null ? null : bytes(to), descending)) {
            while (cursor.next()) {
                keys.add(new String(cursor.key(), UTF_8));
            }
        }
        return keys;
    }

    static Map<String, String> entries(ByteReader reader, Family family) {
        var entries = new TreeMap<String, String>();
        try (var cursor = reader.scan(family, new byte[0], null, false)) {
            while (cursor.next()) {
                entries.put(new String(cursor.key(), UTF_8), new String(cursor.value(), UTF_8));
            }
        }
        return entries;
    }

    /// One of about a thousand, of 0 to 3 letters.
    static String randomKey(SplittableRandom random) {
        var key = new StringBuilder();
        for (int i = random.nextInt(4); i > 0; i--) {
            key.append((char) ('a' + random.nextInt(10)));
        }
        return key.toString();
    }
}
