package dev.mainstay.jepsen.report;

import dev.mainstay.jepsen.report.Drawing.Anchor;
import dev.mainstay.jepsen.report.Drawing.Frame;
import dev.mainstay.jepsen.report.Drawing.Lettering;
import dev.mainstay.jepsen.report.Drawing.Spot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// Panels under each other with one axis of time, and behind all of them the faults and the changes
/// of leader; for one thread.
final class Chart {

    static final double WIDTH = 1080;
    static final double LEFT = 86;
    private static final double RIGHT = 16;
    private static final double TITLE = 26;
    private static final double LANE = 13;
    private static final int LANES = 3;
    private static final double GAP = 14;
    private static final double BOTTOM = 34;

    /// What lies behind the panels of every chart of a run.
    ///
    /// @param seconds how long the run was
    record Backdrop(double seconds, List<FaultBand> faults, List<Reigns.Change> changes) {}

    private final Drawing drawing;
    private final Scale.Linear time;
    private final List<Frame> panels = new ArrayList<>();

    private Chart(Drawing drawing, Scale.Linear time) {
        this.drawing = drawing;
        this.time = time;
    }

    /// With the backdrop, and empty panels.
    static Chart of(String title, Backdrop backdrop, List<Double> heights) {
        double end = Math.max(1, backdrop.seconds());
        var time = new Scale.Linear(end, LEFT, WIDTH - RIGHT, 12);
        var drawing = new Drawing(title, WIDTH, 0);
        var chart = new Chart(drawing, time);
        drawing.text(LEFT, 17, title, Lettering.TITLE, Ink.TEXT);
        double top = TITLE + (backdrop.faults().isEmpty() ? 0 : LANES * LANE + 4);
        double y = top;
        for (var height : heights) {
            chart.panels.add(new Frame(LEFT, y, WIDTH - RIGHT - LEFT, height));
            y += height + GAP;
        }
        drawing.growTo(y - GAP + BOTTOM);
        chart.drawFaults(backdrop.faults(), top);
        chart.panels.forEach(
                panel -> drawing.add(new Drawing.Area(panel, Ink.NONE, Ink.GRID, false, "")));
        chart.drawTimes();
        chart.drawChanges(backdrop.changes(), top);
        return chart;
    }

    Drawing drawing() {
        return drawing;
    }

    Frame panel(int number) {
        return panels.get(number);
    }

    double x(double seconds) {
        return time.at(seconds);
    }

    private double bottom() {
        return panels.getLast().bottom();
    }

    private void drawFaults(List<FaultBand> faults, double top) {
        // The ends of the labels, lane by lane: one that would run into another is left out; its
        // band still tells what it is when pointed at.
        var ends = new double[LANES];
        Arrays.fill(ends, LEFT - 4);
        var inOrder =
                faults.stream().sorted(Comparator.comparingLong(FaultBand::startNanos)).toList();
        for (var fault : inOrder) {
            double from = x(fault.startNanos() / 1e9);
            double to = Math.max(from + 1.5, x(fault.endNanos() / 1e9));
            var tip =
                    "%s: %s\n%.1f s to %.1f s\n%s"
                            .formatted(
                                    fault.kind(),
                                    fault.what(),
                                    fault.startNanos() / 1e9,
                                    fault.endNanos() / 1e9,
                                    fault.evidence());
            drawing.fill(new Frame(from, top, to - from, bottom() - top), Ink.FAULT, tip);
            drawing.fill(new Frame(from, top - 4, to - from, 3), Ink.FAINT_TEXT, tip);
            label(fault.kind(), from, top, ends);
        }
    }

    private void label(String kind, double from, double top, double[] ends) {
        double width = Lettering.SMALL.width(kind);
        double x = Math.min(from, WIDTH - 2 - width);
        for (var lane = 0; lane < LANES; lane++) {
            if (ends[lane] + 6 < x) {
                ends[lane] = x + width;
                double y = top - 7 - (LANES - 1 - lane) * LANE;
                drawing.text(x, y, kind, Lettering.SMALL, Ink.FAINT_TEXT);
                return;
            }
        }
    }

    private void drawTimes() {
        var type = Lettering.LABEL.anchored(Anchor.MIDDLE);
        for (var tick : time.ticks()) {
            for (var panel : panels) {
                drawing.line(
                        new Spot(tick.at(), panel.y()),
                        new Spot(tick.at(), panel.bottom()),
                        Ink.GRID,
                        1);
            }
            drawing.text(tick.at(), bottom() + 15, tick.label(), type, Ink.FAINT_TEXT);
        }
        drawing.text(
                panels.getLast().right(),
                bottom() + 29,
                "seconds since the run began",
                Lettering.SMALL.anchored(Anchor.END),
                Ink.FAINT_TEXT);
    }

    private void drawChanges(List<Reigns.Change> changes, double top) {
        for (var change : changes) {
            double x = x(change.seconds());
            drawing.line(new Spot(x, top), new Spot(x, bottom()), Ink.LEADER.faded(0.55), 1);
            drawing.add(
                    new Drawing.Marks(
                            Glyph.WEDGE,
                            List.of(new Spot(x, top + 2)),
                            Ink.LEADER,
                            "n%d leads term %d".formatted(change.node(), change.term())));
        }
    }

    /// Grid lines and labels of one panel's own axis, at its left.
    void axis(int panel, Scale scale) {
        var frame = panel(panel);
        for (var tick : scale.ticks()) {
            drawing.line(
                    new Spot(frame.x(), tick.at()),
                    new Spot(frame.right(), tick.at()),
                    Ink.GRID,
                    1);
            drawing.text(
                    frame.x() - 6,
                    tick.at() + 3.5,
                    tick.label(),
                    Lettering.SMALL.anchored(Anchor.END),
                    Ink.FAINT_TEXT);
        }
    }

    /// One entry of a legend.
    record Entry(String name, Ink ink, Glyph glyph) {}

    /// At the top right of a panel, on paper.
    void legend(double baseline, List<Entry> entries) {
        var type = Lettering.SMALL;
        double x = WIDTH - RIGHT;
        for (var entry : entries.reversed()) {
            x -= type.width(entry.name());
            drawing.text(x, baseline, entry.name(), type, Ink.TEXT);
            x -= 8;
            drawing.add(
                    new Drawing.Marks(
                            entry.glyph(), List.of(new Spot(x, baseline - 3.2)), entry.ink(), ""));
            x -= 12;
        }
    }
}
