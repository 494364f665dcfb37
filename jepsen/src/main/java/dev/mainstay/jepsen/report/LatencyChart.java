package dev.mainstay.jepsen.report;

import dev.mainstay.jepsen.report.CallTable.Ending;
import dev.mainstay.jepsen.report.Drawing.Lettering;
import dev.mainstay.jepsen.report.Drawing.Marks;
import dev.mainstay.jepsen.report.Drawing.Spot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Each call as a mark: when it began, how long it took, what became of it. A panel per workload.
///
/// Where marks would cover each other one is drawn for all of them, so that a picture of an hour is
/// no larger than that of a minute, and what stands alone is always there.
final class LatencyChart {

    private static final double PANEL = 118;
    private static final double CELL = 2.5;
    private static final int MARKS_MAX = 20_000;
    // Marks that tell what they are when pointed at; each needs an element of its own.
    private static final int TIPS_MAX = 250;

    private record Cell(int panel, int look, int x, int y) {}

    private final CallTable calls;
    private final List<String> workloads;
    private final List<CallTable.Function> functions;
    private final Chart chart;
    private final List<Scale.Log> scales = new ArrayList<>();

    private LatencyChart(CallTable calls, Chart.Backdrop backdrop) {
        this.calls = calls;
        this.workloads = calls.workloads();
        this.functions = calls.functions();
        var heights = Collections.nCopies(Math.max(1, workloads.size()), PANEL);
        this.chart = Chart.of("Latency of each call", backdrop, heights);
    }

    static Drawing of(CallTable calls, Chart.Backdrop backdrop) {
        var picture = new LatencyChart(calls, backdrop);
        picture.draw();
        return picture.chart.drawing();
    }

    private void draw() {
        double smallest = 1;
        double largest = 100;
        for (var call = 0; call < calls.size(); call++) {
            smallest = Math.min(smallest, calls.millis(call));
            largest = Math.max(largest, calls.millis(call));
        }
        for (var panel = 0; panel < Math.max(1, workloads.size()); panel++) {
            var frame = chart.panel(panel);
            var scale =
                    Scale.Log.over(
                            Math.max(0.1, smallest), largest, frame.bottom() - 3, frame.y() + 5);
            scales.add(scale);
            chart.axis(panel, scale);
        }
        drawMarks(thinned());
        for (var panel = 0; panel < workloads.size(); panel++) {
            nameOf(panel);
        }
        chart.legend(
                17,
                List.of(
                        new Chart.Entry("ok", Ink.OK, Glyph.SQUARE),
                        new Chart.Entry("fail", Ink.FAIL, Glyph.SQUARE),
                        new Chart.Entry("info (unknown)", Ink.INFO, Glyph.SQUARE)));
    }

    private void nameOf(int panel) {
        var workload = workloads.get(panel);
        var frame = chart.panel(panel);
        var type = Lettering.LABEL.bold();
        var drawing = chart.drawing();
        var entries = new ArrayList<Chart.Entry>();
        for (var function = 0; function < functions.size(); function++) {
            if (functions.get(function).workload().equals(workload)) {
                var name = functions.get(function).name();
                entries.add(new Chart.Entry(name, Ink.FAINT_TEXT, glyph(function)));
            }
        }
        double width = type.width(workload) + 14;
        for (var entry : entries) {
            width += Lettering.SMALL.width(entry.name()) + 20;
        }
        drawing.fill(
                new Drawing.Frame(frame.x() + 1, frame.y() + 1, width, 15),
                Ink.PAPER.faded(0.8),
                "");
        drawing.text(frame.x() + 6, frame.y() + 12.5, workload, type, Ink.TEXT);
        double x = frame.x() + 6 + type.width(workload) + 12;
        for (var entry : entries) {
            drawing.add(
                    new Marks(entry.glyph(), List.of(new Spot(x, frame.y() + 9)), entry.ink(), ""));
            drawing.text(x + 6, frame.y() + 12.5, entry.name(), Lettering.SMALL, Ink.FAINT_TEXT);
            x += Lettering.SMALL.width(entry.name()) + 20;
        }
    }

    /// Its place among the functions of its workload decides.
    private Glyph glyph(int function) {
        var workload = functions.get(function).workload();
        long before =
                functions.subList(0, function).stream()
                        .filter(f -> f.workload().equals(workload))
                        .count();
        return Glyph.number((int) before);
    }

    private List<Integer> thinned() {
        var kept = uncovered();
        long ok = kept.stream().filter(call -> calls.ending(call) == Ending.OK).count();
        // What went wrong stays.
        long room = Math.max(MARKS_MAX / 4, MARKS_MAX - (kept.size() - ok));
        long everyNth = Math.max(1, Math.ceilDiv(ok, room));
        return kept.stream()
                .filter(call -> calls.ending(call) != Ending.OK || call % everyNth == 0)
                .toList();
    }

    private List<Integer> uncovered() {
        Set<Cell> taken = new HashSet<>();
        var kept = new ArrayList<Integer>();
        for (var call = 0; call < calls.size(); call++) {
            var spot = spot(call);
            var place =
                    new Cell(
                            panel(call),
                            look(call),
                            (int) (spot.x() / CELL),
                            (int) (spot.y() / CELL));
            if (taken.add(place)) {
                kept.add(call);
            }
        }
        return kept;
    }

    private void drawMarks(List<Integer> kept) {
        // In the order of looks, so failures over successes: they are few.
        Map<Integer, List<Integer>> byLook = new TreeMap<>();
        for (int call : kept) {
            byLook.computeIfAbsent(look(call), _ -> new ArrayList<>()).add(call);
        }
        for (var alike : byLook.values()) {
            int first = alike.getFirst();
            var spots = alike.stream().map(this::spot).toList();
            var glyph = glyph(calls.function(first));
            chart.drawing().add(new Marks(glyph, spots, ink(calls.ending(first)), ""));
        }
        for (int call : remarkable(kept)) {
            chart.drawing()
                    .add(
                            new Marks(
                                    glyph(calls.function(call)),
                                    List.of(spot(call)),
                                    ink(calls.ending(call)),
                                    tip(call)));
        }
    }

    /// Unknown and failed calls, and the slowest.
    private List<Integer> remarkable(List<Integer> kept) {
        return kept.stream()
                .sorted((a, b) -> {
                    int byEnding = calls.ending(b).compareTo(calls.ending(a));
                    return byEnding != 0
                            ? byEnding
                            : Double.compare(calls.millis(b), calls.millis(a));
                })
                .limit(TIPS_MAX)
                .toList();
    }

    private String tip(int call) {
        return String.format(
                Locale.ROOT,
                "%s: %s\n%.2f s, took %.1f ms",
                functions.get(calls.function(call)),
                calls.ending(call).name().toLowerCase(Locale.ROOT),
                calls.seconds(call),
                calls.millis(call));
    }

    private static Ink ink(Ending ending) {
        return switch (ending) {
            case OK -> Ink.OK.faded(0.55);
            case FAIL -> Ink.FAIL.faded(0.8);
            case INFO -> Ink.INFO;
        };
    }

    private int look(int call) {
        return calls.ending(call).code() * functions.size() + calls.function(call);
    }

    private int panel(int call) {
        return workloads.indexOf(functions.get(calls.function(call)).workload());
    }

    private Spot spot(int call) {
        return new Spot(
                chart.x(calls.seconds(call)), scales.get(panel(call)).at(calls.millis(call)));
    }
}
