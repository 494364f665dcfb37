package dev.mainstay.jepsen.torture;

import dev.mainstay.jepsen.checker.Verdict.Outcome;
import dev.mainstay.jepsen.report.Judgement;
import dev.mainstay.jepsen.report.Report;
import dev.mainstay.jepsen.report.RunRecord;
import dev.mainstay.jepsen.workload.Workload;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A run's folder judged, shown as a page, and summed up in a few lines. On its caller's thread.
final class Hearing {

    private static final int ANOMALIES_SHOWN = 10;
    private static final int LINES_SHOWN = 12;

    private final Path folder;
    private final RunFolder.About about;
    private final PrintStream out;

    Hearing(Path folder, RunFolder.About about, PrintStream out) {
        this.folder = folder;
        this.about = about;
        this.out = out;
    }

    /// What came out.
    record Result(List<Judgement> judgements, long operations, long faults) {

        boolean isValid() {
            return judgements.stream().allMatch(judgement -> judgement.verdict().isValid());
        }

        /// A run with one broken promise is invalid, whatever else is not known.
        private String word() {
            var isInvalid =
                    judgements.stream().anyMatch(j -> j.verdict().outcome() == Outcome.INVALID);
            return isValid() ? "VALID" : isInvalid ? "INVALID" : "UNKNOWN";
        }

        /// The last line of the command.
        String summary(String seed) {
            return String.format(
                    Locale.ROOT,
                    "%s: %,d operations, %,d faults, seed %s",
                    word(),
                    operations,
                    faults,
                    seed.isEmpty() ? "unknown" : seed);
        }
    }

    /// @param ofRun verdicts on the run as a whole
    /// @param shownIn where results and the page go; nowhere if empty
    Result hear(List<Judgement> ofRun, List<Workload> workloads, Optional<Path> shownIn)
            throws IOException, InterruptedException {
        var exhibits = Exhibits.in(folder);
        var judgements = new ArrayList<>(ofRun);
        judgements.addAll(Jury.judge(exhibits, workloads));
        var anomalies = judgements.stream().flatMap(j -> j.verdict().anomalies().stream()).toList();
        var shown = exhibits.shown(anomalies);
        var bands = exhibits.bands();
        if (shownIn.isPresent()) {
            var record =
                    new RunRecord(
                            about.name(),
                            about.facts(),
                            about.fact("replay"),
                            judgements,
                            bands,
                            exhibits.sightings(),
                            about.capabilities());
            show(shownIn.get(), exhibits, record, shown);
        }
        tell(judgements);
        return new Result(List.copyOf(judgements), shown.calls().size(), bands.size());
    }

    private void show(Path into, Exhibits exhibits, RunRecord record, Exhibits.Shown shown)
            throws IOException {
        Files.createDirectories(into);
        exhibits.writeFaults(into);
        RunFolder.write(into, record, shown.calls());
        new Report(record, shown.calls(), shown.excerpts()).write(into).ifPresent(out::println);
    }

    private void tell(List<Judgement> judgements) {
        int told = 0;
        for (var judgement : judgements) {
            var verdict = judgement.verdict();
            out.printf(
                    "%-8s %s%n", verdict.outcome().name().toLowerCase(Locale.ROOT), judgement.id());
            for (var anomaly : verdict.anomalies()) {
                if (told++ < ANOMALIES_SHOWN) {
                    out.println("  " + anomaly.name() + ":");
                    anomaly.explanation()
                            .lines()
                            .limit(LINES_SHOWN)
                            .forEach(line -> out.println("    " + line));
                }
            }
        }
        if (told > ANOMALIES_SHOWN) {
            out.printf("and %d more anomalies%n", told - ANOMALIES_SHOWN);
        }
    }
}
