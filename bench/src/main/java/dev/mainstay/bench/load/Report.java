package dev.mainstay.bench.load;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// Medians over rounds, side by side, and the verdict. Confined to the thread of [Compare].
final class Report {

    private static final double PUTS_AT_LEAST = 2.0;
    private static final double GETS_AT_LEAST = 1.5;
    private static final double LATENCY_AT_MOST = 1.5;

    private final String[] names;
    private final Map<Phase, List<List<Measured>>> rounds = new LinkedHashMap<>();
    private final Jetcd.@Nullable Rates[] jetcd = new Jetcd.Rates[2];

    Report(String a, String b) {
        names = new String[] {a, b};
    }

    void add(Phase phase, int side, Measured measured) {
        rounds.computeIfAbsent(phase, _ -> List.of(new ArrayList<>(), new ArrayList<>()))
                .get(side)
                .add(measured);
    }

    void jetcd(int side, Jetcd.Rates rates) {
        jetcd[side] = rates;
    }

    /// Whether every bar that was measured is met and no answer was wrong.
    boolean passed() {
        return wrong().isEmpty() && bars().stream().allMatch(Bar::isMet);
    }

    String markdown() {
        var text = new StringBuilder();
        text.append(
                "| load | %1$s /s | %2$s /s | ratio | %1$s p50 ms | %2$s p50 ms "
                        .formatted(names[0], names[1]));
        text.append(
                "| %1$s p99 ms | %2$s p99 ms | %1$s cpu µs/op | %2$s cpu µs/op "
                        .formatted(names[0], names[1]));
        text.append("| generator cpu % |\n|---|---|---|---|---|---|---|---|---|---|---|\n");
        rounds.keySet().forEach(phase -> text.append(row(phase)));
        appendJetcd(text);
        text.append('\n');
        for (var bar : bars()) {
            text.append("%s  %s%n".formatted(bar.isMet() ? "PASS" : "FAIL", bar.text()));
        }
        for (var kind : wrong().entrySet()) {
            text.append("FAIL  %s: %d times%n".formatted(kind.getKey(), kind.getValue()));
        }
        return text.append(passed() ? "PASS" : "FAIL").toString();
    }

    private record Bar(String text, boolean isMet) {}

    private List<Bar> bars() {
        var bars = new ArrayList<Bar>();
        atLeast(bars, Phase.PUT_64, PUTS_AT_LEAST);
        atLeast(bars, Phase.PUT_256, PUTS_AT_LEAST);
        atLeast(bars, Phase.GET_64, GETS_AT_LEAST);
        atLeast(bars, Phase.GET_256, GETS_AT_LEAST);
        if (rounds.containsKey(Phase.PUT_1)) {
            var ratio =
                    median(Phase.PUT_1, 1, m -> m.millisAt(50))
                            / median(Phase.PUT_1, 0, m -> m.millisAt(50));
            var text =
                    "%s: p50 %.2f of %s's, at most %.1f"
                            .formatted(Phase.PUT_1.name(), ratio, names[0], LATENCY_AT_MOST);
            bars.add(new Bar(text, ratio <= LATENCY_AT_MOST));
        }
        return bars;
    }

    private void atLeast(List<Bar> bars, Phase phase, double bound) {
        if (rounds.containsKey(phase)) {
            var ratio = ratio(phase);
            var text =
                    "%s: %.2f times %s, at least %.1f"
                            .formatted(phase.name(), ratio, names[0], bound);
            bars.add(new Bar(text, ratio >= bound));
        }
    }

    private double ratio(Phase phase) {
        return median(phase, 1, Measured::perSecond) / median(phase, 0, Measured::perSecond);
    }

    private String row(Phase phase) {
        return "| %s | %,.0f | %,.0f | **%.2f** | %.2f | %.2f | %.2f | %.2f | %.0f | %.0f | %.0f, %.0f |%n"
                .formatted(
                        phase.name(),
                        median(phase, 0, Measured::perSecond),
                        median(phase, 1, Measured::perSecond),
                        ratio(phase),
                        median(phase, 0, m -> m.millisAt(50)),
                        median(phase, 1, m -> m.millisAt(50)),
                        median(phase, 0, m -> m.millisAt(99)),
                        median(phase, 1, m -> m.millisAt(99)),
                        median(phase, 0, Measured::serverMicrosPerCall),
                        median(phase, 1, Measured::serverMicrosPerCall),
                        median(phase, 0, Measured::ownShare) * 100,
                        median(phase, 1, Measured::ownShare) * 100);
    }

    private void appendJetcd(StringBuilder text) {
        var a = jetcd[0];
        var b = jetcd[1];
        if (a == null || b == null) {
            return;
        }
        text.append(jetcdRow("put", a.puts(), b.puts()));
        text.append(jetcdRow("get", a.gets(), b.gets()));
    }

    private static String jetcdRow(String operation, double a, double b) {
        return "| jetcd, 64 in flight: %s | %,.0f | %,.0f | %.2f | | | | | | | |%n"
                .formatted(operation, a, b, b / a);
    }

    private Map<String, Long> wrong() {
        var all = new LinkedHashMap<String, Long>();
        for (var phase : rounds.entrySet()) {
            for (var side = 0; side < 2; side++) {
                for (var measured : phase.getValue().get(side)) {
                    var where = names[side] + ", " + phase.getKey().name() + ": ";
                    measured.wrong().forEach((k, n) -> all.merge(where + k, n, Long::sum));
                }
            }
        }
        return all;
    }

    private double median(Phase phase, int side, ToDoubleFunction<Measured> figure) {
        var measured = rounds.getOrDefault(phase, List.of(List.of(), List.of()));
        var sorted = measured.get(side).stream().mapToDouble(figure).sorted().toArray();
        if (sorted.length == 0) {
            return Double.NaN;
        }
        var middle = Arrays.copyOfRange(sorted, (sorted.length - 1) / 2, sorted.length / 2 + 1);
        return Arrays.stream(middle).average().orElseThrow();
    }
}
