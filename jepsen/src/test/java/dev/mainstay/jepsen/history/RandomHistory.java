package dev.mainstay.jepsen.history;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Well-formed histories of anything, faults among them.
final class RandomHistory {

    private static final List<String> WORKLOADS = List.of("register", "append", "watch");
    private static final String LETTERS = "abz019 \"\\\n\t\u0000\u2028äλ日{}[]:,<>&'";

    private final RandomGenerator random;
    private final Recorder recorder;
    private final List<Event> openCalls = new ArrayList<>();
    private final List<Event> openFaults = new ArrayList<>();

    RandomHistory(RandomGenerator random, Recorder recorder) {
        this.random = random;
        this.recorder = recorder;
    }

    /// Half of the open calls and faults stay open.
    void record(int steps) {
        for (int i = 0; i < steps; i++) {
            switch (random.nextInt(12)) {
                case 0 -> openFaults.add(recorder.fault("kill", value(2)));
                case 1 -> heal();
                case 2, 3, 4, 5, 6 -> invoke();
                default -> complete();
            }
        }
    }

    private void invoke() {
        var workload = WORKLOADS.get(random.nextInt(WORKLOADS.size()));
        openCalls.add(recorder.invoke(recorder.newProcess(), workload, text(), value(3), about()));
    }

    private void heal() {
        if (!openFaults.isEmpty()) {
            recorder.healed(openFaults.remove(random.nextInt(openFaults.size())), value(1));
        }
    }

    private void complete() {
        if (openCalls.isEmpty()) {
            return;
        }
        var call = openCalls.remove(random.nextInt(openCalls.size()));
        var kinds = Failure.Kind.values();
        var failure = new Failure(kinds[random.nextInt(kinds.length)], text());
        switch (random.nextInt(4)) {
            case 0 -> recorder.fail(call, failure);
            case 1 -> recorder.info(call, failure);
            default -> recorder.ok(call, value(3), about());
        }
    }

    private About about() {
        return new About(
                random.nextBoolean() ? "n" + random.nextInt(3) : "",
                random.nextBoolean() ? "bounded:500" : "",
                random.nextInt(3) * random.nextLong(1L << 60),
                random.nextInt(3),
                1 + random.nextInt(3));
    }

    private @Nullable Object value(int depth) {
        return switch (random.nextInt(depth > 0 ? 7 : 5)) {
            case 0 -> null;
            case 1 -> random.nextLong();
            case 2 -> (long) random.nextInt(10);
            case 3 -> random.nextBoolean();
            case 4 -> text();
            case 5 -> list(depth - 1);
            default -> map(depth - 1);
        };
    }

    private List<@Nullable Object> list(int depth) {
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            list.add(value(depth));
        }
        return Collections.unmodifiableList(list);
    }

    private Map<String, @Nullable Object> map(int depth) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            map.put(text(), value(depth));
        }
        return map;
    }

    private String text() {
        var text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return text.toString();
    }
}
