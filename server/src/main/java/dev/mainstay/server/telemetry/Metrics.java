package dev.mainstay.server.telemetry;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/// The node's metrics, in Prometheus' text form.
///
/// Any thread may record and scrape.
public final class Metrics implements Gauges {

    private static final String PREFIX = "mainstay.";

    /// Bounds of the latency buckets: from a read in memory to an election.
    private static final Duration[] BUCKETS =
            List.of(
                            100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000,
                            250_000, 500_000, 1_000_000, 2_500_000, 5_000_000)
                    .stream()
                    .map(micros -> Duration.ofNanos(micros * 1_000L))
                    .toArray(Duration[]::new);

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final List<Source> sources = new CopyOnWriteArrayList<>();
    private final Map<String, Number> figures = new ConcurrentHashMap<>();

    private record Source(
            String prefix, Supplier<? extends Map<String, ? extends Number>> figures) {}

    public Metrics() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
    }

    /// A latency to record into: `mainstay_<name>_seconds`.
    public Latency latency(String name, String meaning) {
        var timer =
                Timer.builder(PREFIX + name)
                        .description(meaning)
                        .serviceLevelObjectives(BUCKETS)
                        // The maximum of a sliding window costs more than all the buckets.
                        .distributionStatisticBufferLength(1)
                        .register(registry);
        return nanos -> timer.record(Duration.ofNanos(nanos));
    }

    @Override
    public void add(String prefix, Supplier<? extends Map<String, ? extends Number>> figures) {
        sources.add(new Source(prefix, figures));
    }

    public String scrape() {
        for (var source : sources) {
            source.figures()
                    .get()
                    .forEach((name, value) -> show(PREFIX + source.prefix() + "." + name, value));
        }
        return registry.scrape();
    }

    private void show(String name, Number value) {
        if (figures.put(name, value) == null) {
            Gauge.builder(name, figures, all -> all.getOrDefault(name, Double.NaN).doubleValue())
                    .register(registry);
        }
    }
}
