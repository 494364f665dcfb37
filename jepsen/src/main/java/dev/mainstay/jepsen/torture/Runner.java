package dev.mainstay.jepsen.torture;

import dev.mainstay.jepsen.history.HistoryFile;
import dev.mainstay.jepsen.history.HistoryWriter;
import dev.mainstay.jepsen.history.Recorder;
import dev.mainstay.jepsen.nemesis.Arena;
import dev.mainstay.jepsen.nemesis.Schedule;
import dev.mainstay.jepsen.workload.Site;
import dev.mainstay.jepsen.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One run, from the first call to the last: workloads begin, workers work, faults come and go,
/// everything is healed, the cluster must serve again, and the workloads read what is left.
///
/// [#run] is for one thread and leaves the history in the run's folder. [#stop] may be called by
/// any.
final class Runner {

    private final Arena arena;
    private final Task task;
    private final Path folder;
    private final Tally tally = new Tally();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Findings findings = new Findings();
    // Volatile: the progress line looks at it from another thread.
    private volatile @Nullable Lookout lookout;
    private volatile Phase phase = Phase.BEGIN;

    /// @param folder of the run, empty
    Runner(Arena arena, Task task, Path folder) {
        this.arena = arena;
        this.task = task;
        this.folder = folder;
    }

    /// Where a run is.
    enum Phase {
        BEGIN("beginning"),
        FAULTS("running"),
        RECOVERY("recovering"),
        FINISH("reading what is left"),
        OVER("over");

        private final String text;

        Phase(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    /// What a run found, beside its history.
    ///
    /// @param left nemeses that were left out, with the reason
    record Ran(Findings findings, Map<String, String> left, boolean isCutShort) {}

    /// The time is over now: what is under way is healed and judged all the same.
    void stop() {
        stop.countDown();
    }

    Tally tally() {
        return tally;
    }

    Phase phase() {
        return phase;
    }

    String leader() {
        var looking = lookout;
        return looking == null ? "" : looking.leader();
    }

    Ran run() throws IOException, InterruptedException {
        Map<String, String> left;
        try (var writer = new HistoryWriter(folder.resolve(HistoryFile.NAME));
                var clients = Clients.connect(endpoints(), task.timing().call())) {
            var recorder = Recorder.forgetful(writer.andThen(tally));
            var site = clients.site(recorder, task.seed(), task.prefix());
            try (var looking =
                    new Lookout(arena, recorder, tally, folder.resolve(Exhibits.SIGHTINGS))) {
                lookout = looking;
                looking.start();
                left = attack(recorder, site);
                findings.exits(looking.exits());
            }
        }
        phase = Phase.OVER;
        findings.idleWorkloads(
                task.workloads().stream().map(Workload::name).toList(), tally.okByWorkload());
        copyJournals();
        return new Ran(findings, left, stop.getCount() == 0);
    }

    private List<String> endpoints() {
        var all = new ArrayList<String>();
        for (var node = 0; node < arena.size(); node++) {
            all.add(arena.endpoint(node));
        }
        return all;
    }

    private Map<String, String> attack(Recorder recorder, Site site)
            throws IOException, InterruptedException {
        var begun = begin(site);
        var crew = new Crew();
        Map<String, String> left;
        try {
            for (var workload : begun) {
                for (var worker : workload.workers(site)) {
                    crew.start(workload.name(), worker);
                }
            }
            phase = Phase.FAULTS;
            left = faults(recorder);
            phase = Phase.RECOVERY;
            awaitServing();
            var _ = stop.await(task.timing().recovery().toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            // Whatever happens, nobody works on when we are gone.
            findings.workers(crew.stop(task.timing().call().plusSeconds(5)));
        }
        phase = Phase.FINISH;
        finish(begun, site);
        findings.add(task.members().apply(endpoints()));
        return left;
    }

    /// Those that could begin; without any there is nothing to attack.
    private List<Workload> begin(Site site) throws InterruptedException {
        var begun = new ArrayList<Workload>();
        for (var workload : task.workloads()) {
            try {
                workload.begin(site);
                begun.add(workload);
            } catch (RuntimeException | AssertionError e) {
                findings.workers(List.of(workload.name() + " could not begin: " + Reasons.of(e)));
            }
        }
        return begun;
    }

    /// Faults until it is time to recover, or until [#stop]; afterwards all of them are healed.
    private Map<String, String> faults(Recorder recorder) throws InterruptedException {
        var schedule =
                new Schedule(arena, recorder, task.nemeses(), task.timing().pace(), task.seed());
        var over = new CountDownLatch(1);
        var result =
                new FutureTask<Schedule.Result>(() -> {
                    try {
                        return schedule.run(task.timing().faults());
                    } finally {
                        over.countDown();
                    }
                });
        var thread = Thread.ofPlatform().name("faults").start(result);
        try {
            while (!over.await(50, TimeUnit.MILLISECONDS)) {
                if (stop.getCount() == 0) {
                    thread.interrupt();
                    over.await();
                }
            }
        } catch (InterruptedException e) {
            thread.interrupt();
            thread.join();
            throw e;
        }
        try {
            var ended = result.get();
            findings.faults(ended.problems());
            return ended.left();
        } catch (ExecutionException e) {
            if (!isInterruption(e)) {
                findings.faults(List.of("the schedule of faults failed: " + e.getCause()));
            }
            return Map.of();
        }
    }

    /// The one that stops a run may reach us wrapped in what was under way.
    private static boolean isInterruption(Throwable e) {
        for (var cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof InterruptedException) {
                return true;
            }
        }
        return false;
    }

    private void awaitServing() throws InterruptedException {
        var atMost = task.timing().serving();
        var silent = new ArrayList<Integer>();
        for (var node = 0; node < arena.size(); node++) {
            if (!arena.isRunning(node)) {
                silent.add(node);
            }
        }
        silent.addAll(arena.awaitServing(atMost));
        findings.silent(silent, atMost);
    }

    private void finish(List<Workload> begun, Site site) throws InterruptedException {
        var threads = new ArrayList<Thread>();
        for (var workload : begun) {
            threads.add(
                    Thread.ofVirtual()
                            .name("finish-" + workload.name())
                            .start(() -> finish(workload, site)));
        }
        long deadline = System.nanoTime() + task.timing().finish().toNanos();
        for (var thread : threads) {
            long left = Math.max(1, deadline - System.nanoTime());
            if (!thread.join(Duration.ofNanos(left))) {
                findings.workers(List.of(thread.getName() + " took too long"));
                thread.interrupt();
                thread.join();
            }
        }
    }

    private void finish(Workload workload, Site site) {
        try {
            workload.finish(site);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | AssertionError e) {
            findings.workers(List.of(workload.name() + " could not finish: " + Reasons.of(e)));
        }
    }

    /// The journals go with the run; what must not be in them fails it.
    private void copyJournals() throws IOException {
        for (var node = 0; node < arena.size(); node++) {
            var name = Site.nodeName(node);
            var journal = arena.journal(node);
            if (Files.exists(journal)) {
                var copy = folder.resolve("nodes").resolve(name).resolve("journal.log");
                Files.createDirectories(copy.getParent());
                Files.copy(journal, copy);
                findings.journal(name, copy);
            }
        }
    }
}
