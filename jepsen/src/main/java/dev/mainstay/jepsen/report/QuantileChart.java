package dev.mainstay.jepsen.report;

import dev.mainstay.jepsen.report.CallTable.Ending;
import dev.mainstay.jepsen.report.Drawing.Spot;
import dev.mainstay.jepsen.report.Drawing.Trace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// How long acknowledged calls took, second by second, as four lines.
final class QuantileChart {

    private static final double PANEL = 250;

    private record Line(String name, double share, Ink ink) {}

    private static final List<Line> LINES =
            List.of(
                    new Line("max", 1, Ink.of(0xb9c2cc)),
                    new Line("p99", 0.99, Ink.FAIL),
                    new Line("p95", 0.95, Ink.INFO),
                    new Line("p50", 0.5, Ink.OK));

    private QuantileChart() {}

    static Drawing of(CallTable calls, Chart.Backdrop backdrop) {
        var buckets = Buckets.of(calls.lengthSeconds());
        var chart =
                Chart.of(
                        "Latency of acknowledged calls, " + buckets.per(),
                        backdrop,
                        List.of(PANEL));
        var sorted = sorted(calls, buckets);
        double smallest = 1;
        double largest = 100;
        for (var bucket : sorted) {
            if (bucket.length > 0) {
                smallest = Math.min(smallest, CallTable.quantile(bucket, 0.5));
                largest = Math.max(largest, bucket[bucket.length - 1]);
            }
        }
        var frame = chart.panel(0);
        var scale =
                Scale.Log.over(Math.max(0.1, smallest), largest, frame.bottom() - 3, frame.y() + 5);
        chart.axis(0, scale);
        for (var line : LINES) {
            draw(chart, line, pieces(sorted, buckets, chart, scale, line));
        }
        var entries =
                LINES.reversed().stream()
                        .map(line -> new Chart.Entry(line.name(), line.ink(), Glyph.DASH))
                        .toList();
        chart.legend(17, entries);
        return chart.drawing();
    }

    private static double[][] sorted(CallTable calls, Buckets buckets) {
        var counts = new int[buckets.count()];
        for (var call = 0; call < calls.size(); call++) {
            if (calls.ending(call) == Ending.OK) {
                counts[buckets.of(calls, call)]++;
            }
        }
        var values = new double[buckets.count()][];
        Arrays.setAll(values, bucket -> new double[counts[bucket]]);
        for (var call = 0; call < calls.size(); call++) {
            if (calls.ending(call) == Ending.OK) {
                int bucket = buckets.of(calls, call);
                values[bucket][--counts[bucket]] = calls.millis(call);
            }
        }
        for (var bucket : values) {
            Arrays.sort(bucket);
        }
        return values;
    }

    /// A line breaks where nothing was acknowledged.
    private static List<List<Spot>> pieces(
            double[][] sorted, Buckets buckets, Chart chart, Scale scale, Line line) {
        var pieces = new ArrayList<List<Spot>>();
        List<Spot> piece = new ArrayList<>();
        for (var bucket = 0; bucket < sorted.length; bucket++) {
            if (sorted[bucket].length > 0) {
                double value = CallTable.quantile(sorted[bucket], line.share());
                piece.add(new Spot(chart.x(buckets.middle(bucket)), scale.at(value)));
            } else if (!piece.isEmpty()) {
                pieces.add(piece);
                piece = new ArrayList<>();
            }
        }
        if (!piece.isEmpty()) {
            pieces.add(piece);
        }
        return pieces;
    }

    private static void draw(Chart chart, Line line, List<List<Spot>> pieces) {
        for (var piece : pieces) {
            if (piece.size() == 1) {
                chart.drawing()
                        .add(new Drawing.Marks(Glyph.CIRCLE, piece, line.ink(), line.name()));
            } else {
                chart.drawing().add(new Trace(piece, line.ink(), 1.4, false));
            }
        }
    }
}
