package dev.mainstay.jepsen.report;

import dev.mainstay.jepsen.history.Event;
import dev.mainstay.jepsen.history.Op;
import dev.mainstay.jepsen.report.Drawing.Area;
import dev.mainstay.jepsen.report.Drawing.Frame;
import dev.mainstay.jepsen.report.Drawing.Lettering;
import dev.mainstay.jepsen.report.Drawing.Spot;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.TreeSet;

/// A few calls as boxes, a row per process: from a call's beginning to its end. Time runs to the
/// right, but only its order counts: a column for each event, however far apart they were.
final class TimelineChart {

    static final int CALLS_MAX = 60;

    private static final double LEFT = 108;
    private static final double RIGHT = 24;
    private static final double TOP = 50;
    private static final double ROW = 50;
    private static final double BOX = 38;
    private static final double COLUMN_MIN = 34;
    private static final double COLUMN_MAX = 210;
    private static final double WIDTH_MAX = 2400;
    private static final Lettering NAME = Lettering.LABEL.bold();
    private static final Lettering MORE = Lettering.SMALL;

    private final List<Op> ops;
    private final TreeMap<Long, Integer> columns = new TreeMap<>();
    private final TreeMap<Long, Integer> rows = new TreeMap<>();
    private final double column;
    private final Drawing drawing;

    private TimelineChart(String title, List<Op> ops) {
        this.ops = ops;
        var events = new TreeSet<Long>();
        for (var op : ops) {
            events.add(op.begin());
            if (op.end() != Op.NEVER) {
                events.add(op.end());
            }
            rows.computeIfAbsent(op.invoke().process(), _ -> rows.size());
        }
        for (var event : events) {
            columns.put(event, columns.size());
        }
        column = columnWidth();
        var type = Lettering.TITLE;
        double width = Math.max(type.width(title) + 20, LEFT + column * columns.size() + RIGHT);
        drawing = new Drawing(title, width, TOP + ROW * rows.size() + 18);
    }

    /// Of at most [#CALLS_MAX] calls, in the order of their invocations; without those after.
    static Drawing of(String title, List<Op> ops) {
        var picture = new TimelineChart(title, ops.subList(0, Math.min(ops.size(), CALLS_MAX)));
        picture.draw(ops.size());
        return picture.drawing;
    }

    /// So that the text of most boxes fits.
    private double columnWidth() {
        double needed = COLUMN_MIN;
        for (var op : ops) {
            double text = Math.max(NAME.width(name(op)), MORE.width(more(op))) + 14;
            needed = Math.max(needed, text / Math.max(1, endColumn(op) - columnOf(op.begin())));
        }
        return Math.clamp(
                needed, COLUMN_MIN, Math.min(COLUMN_MAX, Math.max(COLUMN_MIN, roomPerColumn())));
    }

    private double roomPerColumn() {
        return (WIDTH_MAX - LEFT - RIGHT) / columns.size();
    }

    private int columnOf(long event) {
        return columns.getOrDefault(event, 0);
    }

    /// An unknown call goes on until the end.
    private int endColumn(Op op) {
        return op.end() == Op.NEVER ? columns.size() : columnOf(op.end());
    }

    private void draw(int all) {
        drawing.text(10, 18, drawing.title(), Lettering.TITLE, Ink.TEXT);
        if (all > ops.size()) {
            var left = "the first %d of %d calls".formatted(ops.size(), all);
            drawing.text(10, TOP + ROW * rows.size() + 12, left, MORE, Ink.FAINT_TEXT);
        }
        double bottom = TOP + ROW * rows.size();
        drawTimes(bottom);
        rows.forEach((process, row) -> {
            double y = TOP + ROW * row;
            drawing.line(
                    new Spot(LEFT, y + ROW - 4),
                    new Spot(drawing.width() - RIGHT, y + ROW - 4),
                    Ink.GRID,
                    1);
            var who = process == Event.NEMESIS ? "fault" : "process " + process;
            drawing.text(10, y + 4 + BOX / 2, who, Lettering.LABEL, Ink.TEXT);
        });
        ops.forEach(this::box);
    }

    private void drawTimes(double bottom) {
        var byEvent = new TreeMap<Long, Long>();
        for (var op : ops) {
            byEvent.put(op.begin(), op.invoke().nanos());
            var completion = op.completion();
            if (completion != null && op.end() != Op.NEVER) {
                byEvent.put(op.end(), completion.nanos());
            }
        }
        double free = 0;
        for (var entry : byEvent.entrySet()) {
            double x = LEFT + column * columnOf(entry.getKey());
            drawing.line(new Spot(x, TOP - 8), new Spot(x, bottom), Ink.GRID, 1);
            var label = String.format(Locale.ROOT, "%.4f s", entry.getValue() / 1e9);
            if (x >= free) {
                drawing.text(x, TOP - 13, label, MORE, Ink.FAINT_TEXT);
                free = x + MORE.width(label) + 6;
            }
        }
    }

    private void box(Op op) {
        double from = LEFT + column * columnOf(op.begin());
        double to = LEFT + column * endColumn(op);
        int row = rows.getOrDefault(op.invoke().process(), 0);
        double y = TOP + ROW * row;
        var frame = new Frame(from + 1, y, Math.max(6, to - from - 2), BOX);
        var ink =
                switch (op.type()) {
                    case OK -> Ink.OK;
                    case FAIL -> Ink.FAIL;
                    case INFO, INVOKE -> Ink.INFO;
                };
        drawing.add(new Area(frame, ink.faded(0.14), ink, op.isUnknown(), tip(op)));
        double room = frame.width() - 8;
        drawing.text(frame.x() + 5, y + 15, NAME.fit(name(op), room), NAME, Ink.TEXT);
        drawing.text(frame.x() + 5, y + 30, MORE.fit(more(op), room), MORE, Ink.FAINT_TEXT);
    }

    private static String name(Op op) {
        return op.function() + " " + Plain.of(op.value());
    }

    private static String more(Op op) {
        var words = new ArrayList<String>();
        if (!op.isOk()) {
            words.add(op.type() == Event.Type.FAIL ? "fail" : "unknown");
        }
        var about = op.about();
        if (!about.node().isEmpty()) {
            words.add(about.node());
        }
        if (!about.mode().isEmpty()) {
            words.add(about.mode());
        }
        if (about.revision() != 0) {
            words.add("rev " + about.revision());
        }
        if (about.term() != 0 && op.invoke().process() != Event.NEMESIS) {
            words.add("term " + about.term());
        }
        return String.join(" · ", words);
    }

    private static String tip(Op op) {
        var text = new StringBuilder();
        text.append("#").append(op.begin());
        var completion = op.completion();
        if (completion != null) {
            text.append(" to #").append(completion.index());
        }
        text.append("  ").append(op.invoke().workload()).append('\n');
        text.append(name(op)).append('\n').append(more(op));
        if (completion != null) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            "\n%.4f s, took %.2f ms",
                            op.invoke().nanos() / 1e9,
                            (completion.nanos() - op.invoke().nanos()) / 1e6));
            var failure = completion.failure();
            if (failure != null) {
                text.append('\n').append(failure.kind()).append(": ").append(failure.message());
            }
        }
        return text.toString();
    }
}
