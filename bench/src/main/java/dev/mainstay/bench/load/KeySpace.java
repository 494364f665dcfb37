package dev.mainstay.bench.load;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/// The keys of one run with their values and the encoded requests; a key always has the same value,
/// so every get can be checked. Immutable.
final class KeySpace {

    private static final long SEED = 20_260_801;

    private final byte[][] values;
    private final byte[][] puts;
    private final byte[][] gets;

    KeySpace(int keys, int valueBytes) {
        var random = new SplittableRandom(SEED);
        values = new byte[keys][];
        puts = new byte[keys][];
        gets = new byte[keys][];
        for (var i = 0; i < keys; i++) {
            var key = "bench/%08d".formatted(i).getBytes(StandardCharsets.US_ASCII);
            values[i] = new byte[valueBytes];
            random.nextBytes(values[i]);
            puts[i] = Wire.put(key, values[i]);
            gets[i] = Wire.get(key);
        }
    }

    int size() {
        return values.length;
    }

    byte[] request(Phase.Operation operation, int key) {
        return switch (operation) {
            case PUT -> puts[key];
            case GET -> gets[key];
        };
    }

    boolean isRight(Phase.Operation operation, int key, byte[] answer) {
        return switch (operation) {
            case PUT -> Wire.isPutAnswer(answer);
            case GET -> Wire.isGetAnswer(answer, values[key]);
        };
    }
}
