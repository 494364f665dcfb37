package dev.mainstay.jepsen.report;

import dev.mainstay.jepsen.checker.Anomaly;
import dev.mainstay.jepsen.checker.Verdict.Outcome;
import dev.mainstay.jepsen.history.Op;
import dev.mainstay.jepsen.report.CallTable.Ending;
import dev.mainstay.jepsen.report.Page.Card;
import dev.mainstay.jepsen.report.Page.Cell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;

/// The page about one run, and its pictures. On its caller's thread, after the run.
public final class Report {

    private static final int ANOMALIES_MAX = 20;
    private static final int EXPLANATION_MAX = 6000;
    private static final int FAULTS_MAX = 2000;

    private final RunRecord run;
    private final CallTable calls;
    private final Excerpts excerpts;
    private final Reigns reigns;
    private final Drawing latencies;
    private final Drawing quantiles;
    private final Drawing rates;

    /// @param calls of the whole run, finished
    /// @param excerpts the calls of the run's anomalies
    public Report(RunRecord run, CallTable calls, Excerpts excerpts) {
        this.run = run;
        this.calls = calls;
        this.excerpts = excerpts;
        this.reigns = new Reigns(run.sightings());
        var backdrop = backdrop();
        latencies = LatencyChart.of(calls, backdrop);
        quantiles = QuantileChart.of(calls, backdrop);
        rates = RateChart.of(calls, backdrop);
    }

    private Chart.Backdrop backdrop() {
        return new Chart.Backdrop(calls.lengthSeconds(), run.faults(), reigns.changes());
    }

    /// Writes `report.html` and the pictures. Tells what could not be painted, empty if all was:
    /// the page is there all the same.
    public Optional<String> write(Path folder) throws IOException {
        Files.writeString(folder.resolve("report.html"), html());
        try {
            Png.write(latencies, folder.resolve("latency-raw.png"));
            Png.write(quantiles, folder.resolve("latency-quantiles.png"));
            Png.write(rates, folder.resolve("rate.png"));
            var timeline = firstTimeline();
            if (timeline.isPresent()) {
                Png.write(timeline.get(), folder.resolve("timeline.png"));
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("no pictures as PNG: " + e.getMessage());
        }
    }

    String html() {
        var page = new Page("Mainstay torture " + run.name());
        page.banner("Torture run " + run.name(), run.isValid(), run.isValid() ? "valid" : word());
        page.cards(cards());
        page.heading("Run it again");
        page.preformatted(run.replay());
        verdicts(page);
        anomalies(page);
        page.heading("Over time");
        page.hint(
                "Grey bands are faults, violet lines new leaders. Point at a band, a line or a mark"
                        + " to see what it is.");
        page.picture(latencies);
        page.picture(quantiles);
        page.picture(rates);
        if (!run.sightings().isEmpty()) {
            page.picture(LeaderChart.of(reigns, backdrop()));
        }
        functions(page);
        faults(page);
        capabilities(page);
        facts(page);
        return page.finished();
    }

    private String word() {
        return run.judgements().stream().anyMatch(j -> j.verdict().outcome() == Outcome.INVALID)
                ? "invalid"
                : "unknown";
    }

    private List<Card> cards() {
        var cards = new ArrayList<Card>();
        cards.add(new Card(count(calls.size()), "operations"));
        cards.add(new Card(count(calls.count(Ending.OK)), "ok"));
        cards.add(new Card(count(calls.count(Ending.FAIL)), "fail"));
        cards.add(new Card(count(calls.count(Ending.INFO)), "info, open for ever"));
        cards.add(new Card(count(run.faults().size()), "faults"));
        cards.add(new Card(count(reigns.changes().size()), "leader changes"));
        cards.add(new Card(String.format(Locale.ROOT, "%.0f s", calls.lengthSeconds()), "length"));
        var seed = run.facts().get("seed");
        if (seed != null) {
            cards.add(new Card(seed, "seed"));
        }
        return cards;
    }

    private void verdicts(Page page) {
        page.heading("Verdicts");
        var rows = new ArrayList<List<Cell>>();
        for (var judgement : run.judgements()) {
            var verdict = judgement.verdict();
            var counts = new ArrayList<String>();
            new TreeMap<>(verdict.counts()).forEach((k, v) -> counts.add(k + " " + count(v)));
            rows.add(
                    List.of(
                            Cell.key(judgement.scope()),
                            Cell.key(verdict.checker()),
                            Cell.judged(
                                    verdict.isValid(),
                                    verdict.outcome().name().toLowerCase(Locale.ROOT)),
                            Cell.text(String.join(", ", counts)),
                            Cell.number(judgement.millis() + " ms")));
        }
        page.table(
                List.of(
                        Cell.key("of"),
                        Cell.key("checker"),
                        Cell.key("verdict"),
                        Cell.text("looked at"),
                        Cell.number("took")),
                rows);
    }

    private record Found(Judgement judgement, Anomaly anomaly) {

        String title() {
            return anomaly.name() + " (" + judgement.id() + ")";
        }
    }

    private List<Found> found() {
        var found = new ArrayList<Found>();
        for (var judgement : run.judgements()) {
            for (var anomaly : judgement.verdict().anomalies()) {
                found.add(new Found(judgement, anomaly));
            }
        }
        return found;
    }

    private void anomalies(Page page) {
        var found = found();
        if (found.isEmpty()) {
            return;
        }
        page.heading("Anomalies");
        for (var one : found.subList(0, Math.min(found.size(), ANOMALIES_MAX))) {
            page.subheading(one.title());
            page.preformatted(Plain.cut(one.anomaly().explanation(), EXPLANATION_MAX));
            var ops = excerpts.of(one.anomaly());
            if (!ops.isEmpty()) {
                page.picture(TimelineChart.of(one.title(), ops));
                page.hint("Only the order of events counts; dashed boxes are unknown outcomes.");
            }
        }
        if (found.size() > ANOMALIES_MAX) {
            page.hint("and %d more, in results.json".formatted(found.size() - ANOMALIES_MAX));
        }
    }

    private Optional<Drawing> firstTimeline() {
        for (var one : found()) {
            List<Op> ops = excerpts.of(one.anomaly());
            if (!ops.isEmpty()) {
                return Optional.of(TimelineChart.of(one.title(), ops));
            }
        }
        return Optional.empty();
    }

    private void functions(Page page) {
        page.heading("Calls");
        var rows = new ArrayList<List<Cell>>();
        var functions = calls.functions();
        for (var function = 0; function < functions.size(); function++) {
            var ok = calls.sortedMillis(function, Ending.OK);
            int fail = calls.sortedMillis(function, Ending.FAIL).length;
            int info = calls.sortedMillis(function, Ending.INFO).length;
            rows.add(
                    List.of(
                            Cell.key(functions.get(function).workload()),
                            Cell.key(functions.get(function).name()),
                            Cell.number(count(ok.length + fail + info)),
                            Cell.number(count(ok.length)),
                            Cell.number(count(fail)),
                            Cell.number(count(info)),
                            millis(CallTable.quantile(ok, 0.5)),
                            millis(CallTable.quantile(ok, 0.99)),
                            millis(CallTable.quantile(ok, 1))));
        }
        page.table(
                List.of(
                        Cell.key("workload"),
                        Cell.key("function"),
                        Cell.number("calls"),
                        Cell.number("ok"),
                        Cell.number("fail"),
                        Cell.number("info"),
                        Cell.number("p50 ms"),
                        Cell.number("p99 ms"),
                        Cell.number("max ms")),
                rows);
    }

    private void faults(Page page) {
        page.heading("Faults, and the evidence that they happened");
        if (run.faults().isEmpty()) {
            page.hint("none");
            return;
        }
        var rows = new ArrayList<List<Cell>>();
        for (var fault : run.faults().subList(0, Math.min(run.faults().size(), FAULTS_MAX))) {
            rows.add(
                    List.of(
                            Cell.number(seconds(fault.startNanos())),
                            Cell.number(seconds(fault.endNanos())),
                            Cell.key(fault.kind()),
                            Cell.text(Plain.cut(fault.what(), 300)),
                            Cell.judged(
                                    fault.isProven(), fault.isProven() ? "proven" : "not proven"),
                            Cell.text(Plain.cut(fault.evidence(), 300))));
        }
        page.table(
                List.of(
                        Cell.number("from s"),
                        Cell.number("to s"),
                        Cell.key("kind"),
                        Cell.text("what"),
                        Cell.key(""),
                        Cell.text("evidence")),
                rows);
    }

    private void capabilities(Page page) {
        if (run.capabilities().isEmpty()) {
            return;
        }
        page.heading("What could be done to this cluster");
        var rows = new ArrayList<List<Cell>>();
        run.capabilities()
                .forEach((what, obstacle) ->
                        rows.add(
                                List.of(
                                        Cell.key(what),
                                        Cell.judged(
                                                obstacle.isEmpty(),
                                                obstacle.isEmpty() ? "yes" : "no"),
                                        Cell.text(obstacle))));
        page.table(List.of(Cell.key("what"), Cell.key("possible"), Cell.text("why not")), rows);
    }

    private void facts(Page page) {
        page.heading("Seed, versions, settings");
        var rows = new ArrayList<List<Cell>>();
        run.facts().forEach((name, value) -> rows.add(List.of(Cell.key(name), Cell.text(value))));
        page.table(List.of(Cell.key("what"), Cell.text("value")), rows);
    }

    private static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static Cell millis(double millis) {
        return Cell.number(String.format(Locale.ROOT, millis < 10 ? "%.2f" : "%,.0f", millis));
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.2f", nanos / 1e9);
    }
}
