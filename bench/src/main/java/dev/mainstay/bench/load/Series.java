package dev.mainstay.bench.load;

import java.util.ArrayList;
import java.util.List;

/// One figure of one node over time, and whether it grows. Confined to one thread.
///
/// The first third is left out: caches fill and compilers work. A line is fitted to the rest; the
/// figure is flat if the line rises by no more than a part of its mean over that time.
final class Series {

    private static final int ENOUGH = 9;

    private final String name;
    private final double tolerance;
    private final List<Double> values = new ArrayList<>();

    /// @param tolerance the part of the mean by which a flat figure may rise
    Series(String name, double tolerance) {
        this.name = name;
        this.tolerance = tolerance;
    }

    void add(double value) {
        values.add(value);
    }

    double newest() {
        return values.getLast();
    }

    boolean isFlat() {
        return values.size() >= ENOUGH && rise() <= tolerance * mean();
    }

    String verdict() {
        if (values.size() < ENOUGH) {
            return "%s: too few samples (%d)".formatted(name, values.size());
        }
        return "%-8s %s: mean %,.0f, rises by %,.0f (%.1f %%, at most %.0f %%)"
                .formatted(
                        isFlat() ? "flat" : "NOT FLAT",
                        name,
                        mean(),
                        rise(),
                        100 * rise() / mean(),
                        100 * tolerance);
    }

    /// By how much the fitted line is higher at the end than at the start.
    private double rise() {
        var kept = kept();
        var middle = (kept.size() - 1) / 2.0;
        var mean = mean();
        var covariance = 0.0;
        var variance = 0.0;
        for (var i = 0; i < kept.size(); i++) {
            covariance += (i - middle) * (kept.get(i) - mean);
            variance += (i - middle) * (i - middle);
        }
        return covariance / variance * (kept.size() - 1);
    }

    private double mean() {
        return kept().stream().mapToDouble(v -> v).average().orElse(Double.NaN);
    }

    private List<Double> kept() {
        return values.subList(values.size() / 3, values.size());
    }
}
