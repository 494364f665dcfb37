package dev.mainstay.jepsen.report;

import dev.mainstay.jepsen.report.Drawing.Anchor;
import dev.mainstay.jepsen.report.Drawing.Area;
import dev.mainstay.jepsen.report.Drawing.Frame;
import dev.mainstay.jepsen.report.Drawing.Lettering;
import dev.mainstay.jepsen.report.Drawing.Spot;
import dev.mainstay.jepsen.report.Drawing.Trace;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Locale;

/// A strip per node: when it led, in which term, when it was silent; and below, how far each was
/// behind.
final class LeaderChart {

    private static final double STRIP = 20;
    private static final double LAG = 70;
    private static final Ink[] NODES = {
        Ink.of(0x2f6fb3),
        Ink.of(0x2f9e6e),
        Ink.of(0xc2562d),
        Ink.of(0x7a3fb0),
        Ink.of(0xa68a00),
        Ink.of(0x0f8b9d),
        Ink.of(0xb03a78),
        Ink.of(0x5d6b2f),
        Ink.of(0x44546a)
    };

    private final Reigns reigns;
    private final double seconds;
    private final Chart chart;

    private LeaderChart(Reigns reigns, Chart.Backdrop backdrop) {
        this.reigns = reigns;
        this.seconds = backdrop.seconds();
        var heights = new ArrayList<>(Collections.nCopies(reigns.nodes().size(), STRIP));
        heights.add(LAG);
        this.chart = Chart.of("Leaders and terms; log entries behind", backdrop, heights);
    }

    static Drawing of(Reigns reigns, Chart.Backdrop backdrop) {
        var picture = new LeaderChart(reigns, backdrop);
        var entries = new ArrayList<Chart.Entry>();
        for (var i = 0; i < reigns.nodes().size(); i++) {
            picture.strip(i, reigns.nodes().get(i));
            int node = reigns.nodes().get(i);
            entries.add(new Chart.Entry("n" + node, ink(node), Glyph.DASH));
        }
        picture.lags();
        picture.chart.legend(17, entries);
        return picture.chart.drawing();
    }

    private static Ink ink(int node) {
        return NODES[node % NODES.length];
    }

    private void strip(int panel, int node) {
        var frame = chart.panel(panel);
        var drawing = chart.drawing();
        drawing.text(
                frame.x() - 6,
                frame.y() + 14,
                "n" + node,
                Lettering.LABEL.anchored(Anchor.END),
                Ink.TEXT);
        for (var stretch : reigns.of(node, seconds)) {
            double from = chart.x(stretch.from());
            double width = Math.max(0.5, chart.x(stretch.to()) - from);
            var place = new Frame(from, frame.y() + 2, width, STRIP - 4);
            var tip =
                    String.format(
                            Locale.ROOT,
                            "n%d %s, term %d\n%.1f s to %.1f s",
                            node,
                            stretch.state().name().toLowerCase(Locale.ROOT),
                            stretch.term(),
                            stretch.from(),
                            stretch.to());
            switch (stretch.state()) {
                case LEADS -> {
                    drawing.fill(place, ink(node), tip);
                    var type = Lettering.SMALL.anchored(Anchor.MIDDLE);
                    var label = Long.toString(stretch.term());
                    if (type.width(label) < width - 2) {
                        drawing.text(from + width / 2, frame.y() + 13.5, label, type, Ink.PAPER);
                    }
                }
                case FOLLOWS -> drawing.fill(place, Ink.FOLLOWER, tip);
                case SILENT ->
                        drawing.add(new Area(place, Ink.PAPER, Ink.AXIS.faded(0.7), true, tip));
            }
        }
    }

    private void lags() {
        int panel = reigns.nodes().size();
        var frame = chart.panel(panel);
        double largest = 10;
        for (var node : reigns.nodes()) {
            for (var lag : reigns.lag(node)) {
                largest = Math.max(largest, (double) lag.entries());
            }
        }
        var scale =
                new Scale.Linear(
                        Scale.Linear.roundUp(largest, 3), frame.bottom() - 1, frame.y() + 4, 3);
        chart.axis(panel, scale);
        for (var node : reigns.nodes()) {
            var spots = new ArrayList<Spot>();
            for (var lag : reigns.lag(node)) {
                var spot = new Spot(chart.x(lag.seconds()), scale.at((double) lag.entries()));
                // What lies within a pixel of the last one cannot be seen.
                if (spots.isEmpty()
                        || spot.x() - spots.getLast().x() > 0.8
                        || Math.abs(spot.y() - spots.getLast().y()) > 4) {
                    spots.add(spot);
                }
            }
            if (spots.size() > 1) {
                chart.drawing().add(new Trace(spots, ink(node).faded(0.85), 1.2, false));
            }
        }
    }
}
