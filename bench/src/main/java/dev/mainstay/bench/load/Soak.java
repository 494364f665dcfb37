package dev.mainstay.bench.load;

import dev.mainstay.jepsen.cluster.Clusters;
import dev.mainstay.jepsen.cluster.KvCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// `bench/soak`: minutes of mixed load with short retention; says of each node whether its memory,
/// file handles and disk use stay flat once it has warmed up.
public final class Soak {

    private static final Map<String, String> OPTIONS =
            Map.of(
                    "product", "mainstay",
                    "minutes", "10",
                    "sample-seconds", "5",
                    "retention", "60s",
                    "kept-entries", "1000");
    private static final int NODES = 3;

    private final Options options;

    private Soak(Options options) {
        this.options = options;
    }

    public static void main(String[] arguments) throws Exception {
        var passed = new Soak(new Options(arguments, OPTIONS)).run();
        System.exit(passed ? 0 : 1);
    }

    private boolean run() throws IOException, InterruptedException {
        try (var cluster = Clusters.start(options.text("product"), NODES, settings());
                var load = new MixedLoad(cluster)) {
            var series = sample(cluster, load);
            var counts = load.stop();
            System.out.println(counts);
            var flat = true;
            for (var one : series) {
                System.out.println(one.verdict());
                flat &= one.isFlat();
            }
            var passed = flat && counts.errors().isEmpty();
            System.out.println(passed ? "PASS" : "FAIL");
            return passed;
        }
    }

    private String[] settings() {
        var all = new ArrayList<String>();
        all.add("ha.history_retention=" + options.text("retention"));
        all.add("ha.outcome_retention=" + options.text("retention"));
        all.add("log.kept_entries=" + options.text("kept-entries"));
        all.add("log.segment_bytes=1MiB");
        all.add("log.checkpoint_bytes=4MiB");
        all.addAll(List.of(options.settings()));
        return all.toArray(String[]::new);
    }

    private List<Series> sample(KvCluster cluster, MixedLoad load)
            throws IOException, InterruptedException {
        var samplers = new ArrayList<Sampler>();
        for (var node = 0; node < cluster.size(); node++) {
            samplers.add(new Sampler(cluster, node));
        }
        var every = Duration.ofSeconds(options.number("sample-seconds"));
        var end = System.nanoTime() + Duration.ofMinutes(options.number("minutes")).toNanos();
        while (System.nanoTime() - end < 0) {
            Thread.sleep(every);
            for (var sampler : samplers) {
                sampler.sample();
            }
            System.out.printf("%s  %s%n", samplers.getFirst().newest(), load.counts());
        }
        return samplers.stream().flatMap(sampler -> sampler.series().stream()).toList();
    }
}
