package dev.mainstay.bench.load;

import dev.mainstay.jepsen.cluster.Clusters;
import dev.mainstay.jepsen.cluster.KvCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// `bench/compare`: the same load on three nodes of etcd and three of Mainstay, in turns, on this
/// machine; a table of medians and a verdict against the bars.
///
/// Both clusters run all the time, so each round sees the same neighbours; rounds alternate, so a
/// slow minute of the machine hits both.
public final class Compare {

    private static final int NODES = 3;
    private static final Map<String, String> OPTIONS =
            Map.of(
                    "a", "etcd",
                    "b", "mainstay",
                    "rounds", "3",
                    "seconds", "5",
                    "warmup", "20",
                    "keys", "10000",
                    "value-bytes", "100",
                    "connections", "4",
                    "phases", "",
                    "jetcd", "true");

    private final Options options;
    private final Report report;

    private Compare(Options options) {
        this.options = options;
        report = new Report(options.text("a"), options.text("b"));
    }

    public static void main(String[] arguments) throws Exception {
        var passed = new Compare(new Options(arguments, OPTIONS)).run();
        System.exit(passed ? 0 : 1);
    }

    private boolean run() throws IOException, InterruptedException {
        var keys = new KeySpace(options.number("keys"), options.number("value-bytes"));
        try (var a = start(options.text("a"));
                var b = start(options.text("b"));
                var left = new Target(a, keys, options.number("connections"));
                var right = new Target(b, keys, options.number("connections"))) {
            prepare(left);
            prepare(right);
            for (var round = 1; round <= options.number("rounds"); round++) {
                for (var phase : phases()) {
                    // Who goes first changes too.
                    if (round % 2 == 1) {
                        measure(round, phase, 0, left);
                        measure(round, phase, 1, right);
                    } else {
                        measure(round, phase, 1, right);
                        measure(round, phase, 0, left);
                    }
                }
            }
            if (Boolean.parseBoolean(options.text("jetcd"))) {
                report.jetcd(0, Jetcd.run(a.endpoints(), options.number("seconds")));
                report.jetcd(1, Jetcd.run(b.endpoints(), options.number("seconds")));
            }
        }
        System.out.println(report.markdown());
        return report.passed();
    }

    private List<Phase> phases() {
        var wanted = options.text("phases");
        return Phase.ALL.stream().filter(phase -> phase.name().contains(wanted)).toList();
    }

    private KvCluster start(String product) throws IOException {
        return Clusters.start(product, NODES, options.settings());
    }

    /// Fills the key space, then lets compilers and caches settle.
    private void prepare(Target target) throws InterruptedException {
        target.fill();
        var quarter = Duration.ofSeconds(options.number("warmup")).dividedBy(4);
        for (var phase :
                List.of(Phase.PUT_256, Phase.GET_256, Phase.PUT_FOLLOWERS, Phase.GET_FOLLOWERS)) {
            target.run(phase, quarter);
        }
    }

    private void measure(int round, Phase phase, int side, Target target)
            throws InterruptedException {
        // A second of the same load first: the rate right after a change of load says nothing.
        target.run(phase, Duration.ofSeconds(1));
        var measured = target.run(phase, Duration.ofSeconds(options.number("seconds")));
        report.add(phase, side, measured);
        System.out.printf(
                "round %d  %-9s %-30s %,9.0f/s  p50 %.2f ms  p99 %.2f ms  max %.1f ms"
                        + "  servers %.0f us/op  own cpu %.0f %%  wrong %s%n",
                round,
                target.product(),
                phase.name(),
                measured.perSecond(),
                measured.millisAt(50),
                measured.millisAt(99),
                measured.millisAt(100),
                measured.serverMicrosPerCall(),
                measured.ownShare() * 100,
                measured.wrong());
    }
}
