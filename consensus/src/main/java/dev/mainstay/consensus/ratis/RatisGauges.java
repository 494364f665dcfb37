package dev.mainstay.consensus.ratis;

import java.util.Map;
import org.apache.ratis.metrics.MetricRegistries;
import org.apache.ratis.metrics.impl.RatisMetricRegistryImpl;
import org.apache.ratis.thirdparty.com.codahale.metrics.Counter;
import org.apache.ratis.thirdparty.com.codahale.metrics.Gauge;
import org.apache.ratis.thirdparty.com.codahale.metrics.Metric;
import org.apache.ratis.thirdparty.com.codahale.metrics.Timer;

/// Reads Ratis' own numbers out of its registries. Any thread; walks a few hundred values.
///
/// Names are `ratis.<component>.<metric>`; a timer gives `.count`, and `.mean`, `.p99`, `.max` in
/// seconds.
final class RatisGauges {

    private static final double NANOS_PER_SECOND = 1e9;

    private RatisGauges() {}

    /// Adds the numbers of one member: Ratis keeps those of a whole process together, with the
    /// member's name in the registry's.
    static void collect(String member, Map<String, Double> into) {
        var registries = MetricRegistries.global();
        for (var name : registries.getMetricRegistryInfos()) {
            var registry = registries.get(name).orElse(null);
            if (name.getPrefix().contains(member)
                    && registry instanceof RatisMetricRegistryImpl ratis) {
                var prefix = "ratis." + name.getMetricsComponentName() + ".";
                ratis.getDropWizardMetricRegistry()
                        .getMetrics()
                        .forEach((metric, value) ->
                                add(prefix + own(metric, name.getPrefix()), value, into));
            }
        }
    }

    /// Ratis puts the component and the member's name before each metric.
    private static String own(String metric, String member) {
        int at = metric.indexOf(member + ".");
        return at < 0 ? metric : metric.substring(at + member.length() + 1);
    }

    private static void add(String name, Metric metric, Map<String, Double> into) {
        switch (metric) {
            case Counter counter -> into.put(name, (double) counter.getCount());
            case Timer timer -> {
                var times = timer.getSnapshot();
                into.put(name + ".count", (double) timer.getCount());
                into.put(name + ".mean", times.getMean() / NANOS_PER_SECOND);
                into.put(name + ".p99", times.get99thPercentile() / NANOS_PER_SECOND);
                into.put(name + ".max", times.getMax() / NANOS_PER_SECOND);
            }
            case Gauge<?> gauge -> {
                if (gauge.getValue() instanceof Number number) {
                    into.put(name, number.doubleValue());
                }
            }
            default -> {}
        }
    }
}
