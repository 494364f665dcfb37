package dev.mainstay.jepsen.torture;

import dev.mainstay.jepsen.checker.Anomaly;
import dev.mainstay.jepsen.report.Judgement;
import dev.mainstay.jepsen.workload.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// Judges the history of a run while it grows, and says once that a wanted anomaly is in it: there
/// is no need to go on then. On a thread of its own. It decides nothing else: the whole history is
/// judged after the run as always.
final class Suspicion implements AutoCloseable {

    private static final Duration EVERY = Duration.ofSeconds(5);

    private final Path folder;
    private final List<Workload> workloads;
    private final List<String> wanted;
    private final Runnable enough;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread;

    private Suspicion(
            Path folder,
            List<Workload> workloads,
            List<String> wanted,
            Runnable enough,
            Duration every) {
        this.folder = folder;
        this.workloads = List.copyOf(workloads);
        this.wanted = List.copyOf(wanted);
        this.enough = enough;
        this.thread = Thread.ofPlatform().name("suspicion").unstarted(() -> look(every));
    }

    /// @param wanted names of anomalies; none: nobody looks
    static Suspicion of(
            Path folder, List<Workload> workloads, List<String> wanted, Runnable enough) {
        return of(folder, workloads, wanted, enough, EVERY);
    }

    static Suspicion of(
            Path folder,
            List<Workload> workloads,
            List<String> wanted,
            Runnable enough,
            Duration every) {
        var suspicion = new Suspicion(folder, workloads, wanted, enough, every);
        if (!wanted.isEmpty()) {
            suspicion.thread.start();
        }
        return suspicion;
    }

    /// The first of those that are wanted which is there.
    static Optional<String> confirmed(Collection<Judgement> judgements, List<String> wanted) {
        var there =
                judgements.stream()
                        .flatMap(judgement -> judgement.verdict().anomalies().stream())
                        .map(Anomaly::name)
                        .collect(Collectors.toSet());
        return wanted.stream().filter(there::contains).findFirst();
    }

    private void look(Duration every) {
        try {
            while (!stop.await(every.toMillis(), TimeUnit.MILLISECONDS)) {
                if (isJustified()) {
                    enough.run();
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isJustified() throws InterruptedException {
        try {
            return confirmed(Jury.judge(Exhibits.in(folder), workloads), wanted).isPresent();
        } catch (IOException e) {
            // A line that was being written; the next look sees it whole.
            return false;
        }
    }

    @Override
    public void close() {
        stop.countDown();
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
