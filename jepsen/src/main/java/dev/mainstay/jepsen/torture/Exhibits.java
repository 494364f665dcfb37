package dev.mainstay.jepsen.torture;

import dev.mainstay.jepsen.checker.Anomaly;
import dev.mainstay.jepsen.history.Event;
import dev.mainstay.jepsen.history.History;
import dev.mainstay.jepsen.history.HistoryFile;
import dev.mainstay.jepsen.history.Op;
import dev.mainstay.jepsen.report.CallTable;
import dev.mainstay.jepsen.report.Excerpts;
import dev.mainstay.jepsen.report.FaultBand;
import dev.mainstay.jepsen.report.Sighting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// The files of a run as they are read again, to be judged and to be shown. A history of hours does
/// not fit in memory; that of one workload does.
final class Exhibits {

    static final String SIGHTINGS = "standings.jsonl";
    static final String FAULTS = "faults.jsonl";

    private final Path folder;
    private final List<Event> faultEvents;
    private final Set<String> workloads;
    private final long endNanos;

    private Exhibits(Path folder, List<Event> faultEvents, Set<String> workloads, long endNanos) {
        this.folder = folder;
        this.faultEvents = faultEvents;
        this.workloads = workloads;
        this.endNanos = endNanos;
    }

    /// Goes once through the history of a folder.
    static Exhibits in(Path folder) throws IOException {
        var faults = new ArrayList<Event>();
        var workloads = new TreeSet<String>();
        var end = new long[1];
        HistoryFile.forEach(
                folder.resolve(HistoryFile.NAME),
                event -> {
                    end[0] = event.nanos();
                    if (event.process() == Event.NEMESIS) {
                        faults.add(event);
                    } else {
                        workloads.add(event.workload());
                    }
                });
        return new Exhibits(folder, faults, workloads, end[0]);
    }

    Set<String> workloads() {
        return workloads;
    }

    /// The events of one workload and the faults.
    History of(String workload) throws IOException {
        var events = new ArrayList<>(faultEvents);
        HistoryFile.forEach(
                source(workload),
                event -> {
                    if (event.workload().equals(workload)) {
                        events.add(event);
                    }
                });
        events.sort(Comparator.comparingLong(Event::index));
        return new History(events);
    }

    private Path source(String workload) {
        var own = folder.resolve("history-" + workload + ".jsonl");
        var isThere =
                Files.exists(own) || Files.exists(own.resolveSibling(own.getFileName() + ".gz"));
        return isThere ? own : folder.resolve(HistoryFile.NAME);
    }

    List<Op> faults() {
        return new History(faultEvents).faults();
    }

    List<FaultBand> bands() {
        return faults().stream().map(fault -> Lines.band(fault, endNanos)).toList();
    }

    void writeFaults(Path into) throws IOException {
        Files.write(
                into.resolve(FAULTS),
                faults().stream().map(fault -> Lines.of(fault, endNanos)).toList());
    }

    /// In order of time; none if the folder has none.
    List<Sighting> sightings() throws IOException {
        var file = folder.resolve(SIGHTINGS);
        if (!Files.exists(file)) {
            return List.of();
        }
        try (var lines = Files.lines(file)) {
            return lines.map(Lines::sighting)
                    .sorted(Comparator.comparingLong(Sighting::nanos))
                    .toList();
        }
    }

    /// @param calls of all workloads
    /// @param excerpts what anomalies are made of
    record Shown(CallTable calls, Excerpts excerpts) {}

    Shown shown(Collection<Anomaly> anomalies) throws IOException {
        var calls = new CallTable();
        var excerpts = new Excerpts(anomalies);
        HistoryFile.forEach(folder.resolve(HistoryFile.NAME), calls.andThen(excerpts));
        calls.finish();
        return new Shown(calls, excerpts);
    }
}
