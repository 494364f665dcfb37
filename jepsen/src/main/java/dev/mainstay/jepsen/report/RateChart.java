package dev.mainstay.jepsen.report;

import dev.mainstay.jepsen.report.CallTable.Ending;
import dev.mainstay.jepsen.report.Drawing.Anchor;
import dev.mainstay.jepsen.report.Drawing.Lettering;
import dev.mainstay.jepsen.report.Drawing.Spot;
import dev.mainstay.jepsen.report.Drawing.Trace;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Calls per second: a panel per function, a line per outcome.
final class RateChart {

    private static final double PANEL = 46;

    private RateChart() {}

    static Drawing of(CallTable calls, Chart.Backdrop backdrop) {
        var buckets = Buckets.of(calls.lengthSeconds());
        var functions = calls.functions();
        var heights = Collections.nCopies(Math.max(1, functions.size()), PANEL);
        var chart = Chart.of("Calls per second", backdrop, heights);
        var counts = count(calls, buckets);
        for (var function = 0; function < functions.size(); function++) {
            double largest = 0;
            for (var perEnding : counts[function]) {
                for (var count : perEnding) {
                    largest = Math.max(largest, count / buckets.seconds());
                }
            }
            var frame = chart.panel(function);
            var scale =
                    new Scale.Linear(
                            Scale.Linear.roundUp(largest, 2), frame.bottom() - 1, frame.y() + 6, 2);
            chart.axis(function, scale);
            for (var ending : Ending.values()) {
                var line = spots(counts[function][ending.code()], buckets, chart, scale);
                if (!line.isEmpty()) {
                    chart.drawing().add(new Trace(line, ink(ending), 1.3, false));
                }
            }
            name(chart, frame, functions.get(function));
        }
        chart.legend(
                17,
                List.of(
                        new Chart.Entry("ok", Ink.OK, Glyph.DASH),
                        new Chart.Entry("fail", Ink.FAIL, Glyph.DASH),
                        new Chart.Entry("info (unknown)", Ink.INFO, Glyph.DASH)));
        return chart.drawing();
    }

    private static void name(Chart chart, Drawing.Frame frame, CallTable.Function function) {
        var type = Lettering.SMALL.bold().anchored(Anchor.START);
        chart.drawing()
                .fill(
                        new Drawing.Frame(
                                frame.x() + 1,
                                frame.y() + 1,
                                type.width(function.toString()) + 8,
                                13),
                        Ink.PAPER.faded(0.8),
                        "");
        chart.drawing().text(frame.x() + 6, frame.y() + 11, function.toString(), type, Ink.TEXT);
    }

    private static int[][][] count(CallTable calls, Buckets buckets) {
        var counts = new int[calls.functions().size()][Ending.values().length][buckets.count()];
        for (var call = 0; call < calls.size(); call++) {
            int ending = calls.ending(call).code();
            counts[calls.function(call)][ending][buckets.of(calls, call)]++;
        }
        return counts;
    }

    /// Nothing at all is no line.
    private static List<Spot> spots(int[] counts, Buckets buckets, Chart chart, Scale scale) {
        var spots = new ArrayList<Spot>();
        var isEmpty = true;
        for (var bucket = 0; bucket < counts.length; bucket++) {
            isEmpty &= counts[bucket] == 0;
            double rate = counts[bucket] / buckets.seconds();
            spots.add(new Spot(chart.x(buckets.middle(bucket)), scale.at(rate)));
        }
        return isEmpty ? List.of() : spots;
    }

    private static Ink ink(Ending ending) {
        return switch (ending) {
            case OK -> Ink.OK;
            case FAIL -> Ink.FAIL;
            case INFO -> Ink.INFO;
        };
    }
}
