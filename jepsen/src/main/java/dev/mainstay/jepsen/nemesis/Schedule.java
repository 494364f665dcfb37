package dev.mainstay.jepsen.nemesis;

import dev.mainstay.jepsen.history.Event;
import dev.mainstay.jepsen.history.Recorder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Faults one after the other, or two at a time, composed by chance from a seed. Runs on its
/// caller's thread.
///
/// Between rounds the cluster is whole and must serve. At the end everything is undone, also when a
/// fault could not begin or heal, and when the thread is interrupted.
public final class Schedule {

    private final Arena arena;
    private final Recorder recorder;
    private final List<Nemesis> able = new ArrayList<>();
    private final Map<String, String> left = new LinkedHashMap<>();
    private final Pace pace;
    private final Time time;
    private final Round.Planner planner;
    private final List<Done> done = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final List<Open> open = new ArrayList<>();

    /// A clock and a bed, so that tests need neither.
    interface Time {
        long nanos();

        void sleep(Duration duration) throws InterruptedException;
    }

    private static final Time REAL =
            new Time() {
                @Override
                public long nanos() {
                    return System.nanoTime();
                }

                @Override
                public void sleep(Duration duration) throws InterruptedException {
                    Thread.sleep(duration);
                }
            };

    private record Open(Nemesis nemesis, Fault fault, Event event) {}

    /// A fault that was, with its proof.
    public record Done(
            String name,
            String description,
            List<Integer> targets,
            boolean isProven,
            String trace) {

        public Done {
            targets = List.copyOf(targets);
        }
    }

    /// What came of it.
    ///
    /// @param problems each of which fails the run: a fault without proof, one that could not begin
    ///   or heal, a node that does not serve after a fault
    /// @param left nemeses that were left out, with the reason
    public record Result(List<Done> faults, List<String> problems, Map<String, String> left) {

        public Result {
            faults = List.copyOf(faults);
            problems = List.copyOf(problems);
            left = Map.copyOf(left);
        }
    }

    public Schedule(Arena arena, Recorder recorder, List<Nemesis> nemeses, Pace pace, long seed) {
        this(arena, recorder, nemeses, pace, seed, REAL);
    }

    Schedule(
            Arena arena,
            Recorder recorder,
            List<Nemesis> nemeses,
            Pace pace,
            long seed,
            Time time) {
        this.arena = arena;
        this.recorder = recorder;
        this.pace = pace;
        this.time = time;
        for (var nemesis : nemeses) {
            var obstacle = nemesis.obstacle(arena);
            if (obstacle.isEmpty()) {
                able.add(nemesis);
            } else {
                left.put(Nemeses.name(nemesis), obstacle.get());
            }
        }
        this.planner = new Round.Planner(able, pace, arena.size(), seed);
    }

    /// Makes faults for this long, and heals the last one.
    public Result run(Duration atMost) throws InterruptedException {
        var deadline = time.nanos() + atMost.toNanos();
        try {
            if (able.isEmpty()) {
                sleepUntil(deadline, atMost);
            }
            while (!able.isEmpty() && time.nanos() - deadline < 0) {
                play(planner.next(), deadline);
            }
            recover("at the end");
        } finally {
            // Healing must not be cut short by the same interruption that ended the run.
            var isInterrupted = Thread.interrupted();
            healAll();
            problems.addAll(Repair.all(arena));
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return new Result(done, problems, left);
    }

    private void play(Round round, long deadline) throws InterruptedException {
        var first = round.first();
        var names = Nemeses.name(first.nemesis());
        if (!begin(first)) {
            names += ", which did not begin";
        } else if (round.second().isPresent()) {
            var company = round.second().get();
            names += " with " + Nemeses.name(company.planned().nemesis());
            sleepUntil(deadline, company.after());
            if (begin(company.planned())) {
                overlap(first.lasts().minus(company.after()), company.planned().lasts(), deadline);
            }
        } else {
            sleepUntil(deadline, first.lasts());
        }
        healAll();
        sleepUntil(deadline, round.rest());
        recover("after " + names);
    }

    /// Both are under way; whichever is over first is healed first.
    private void overlap(Duration first, Duration second, long deadline)
            throws InterruptedException {
        var isFirst = first.compareTo(second) <= 0;
        var shorter = isFirst ? first : second;
        var longer = isFirst ? second : first;
        sleepUntil(deadline, shorter);
        heal(open.remove(isFirst ? 0 : open.size() - 1));
        sleepUntil(deadline, longer.minus(shorter));
    }

    private void sleepUntil(long deadline, Duration atMost) throws InterruptedException {
        var left = Duration.ofNanos(deadline - time.nanos());
        var duration = atMost.compareTo(left) < 0 ? atMost : left;
        if (duration.isPositive()) {
            time.sleep(duration);
        }
    }

    private boolean begin(Round.Planned planned) throws InterruptedException {
        var nemesis = planned.nemesis();
        // Recorded first: its effects must not come before it in the history.
        var event = recorder.fault(Nemeses.name(nemesis), null);
        try {
            var fault = nemesis.begin(arena, planned.random());
            open.add(new Open(nemesis, fault, event));
            return true;
        } catch (IOException | RuntimeException e) {
            throwIfInterrupted(nemesis, event);
            failed(nemesis, event, "could not begin: " + e);
            healAll();
            problems.addAll(Repair.all(arena));
            return false;
        } catch (InterruptedException e) {
            failed(nemesis, event, "interrupted");
            throw e;
        }
    }

    private void healAll() throws InterruptedException {
        while (!open.isEmpty()) {
            heal(open.removeLast());
        }
    }

    private void heal(Open fault) throws InterruptedException {
        try {
            var evidence = fault.fault().heal();
            healed(fault, evidence);
        } catch (IOException | RuntimeException e) {
            throwIfInterrupted(fault.nemesis(), fault.event());
            failed(fault.nemesis(), fault.event(), "could not heal: " + e);
            // The rest of the round is given up: what is still open is undone here as well.
            problems.addAll(Repair.all(arena));
        } catch (InterruptedException e) {
            failed(fault.nemesis(), fault.event(), "interrupted");
            throw e;
        }
    }

    private void healed(Open fault, Fault.Evidence evidence) {
        var name = Nemeses.name(fault.nemesis());
        var targets = fault.fault().targets();
        var entry =
                new Done(
                        name,
                        fault.fault().description(),
                        targets,
                        evidence.isProven(),
                        evidence.trace());
        done.add(entry);
        if (!evidence.isProven()) {
            problems.add("%s left no trace: %s".formatted(name, evidence.trace()));
        }
        var value = new LinkedHashMap<String, Object>();
        value.put("description", entry.description());
        value.put("targets", targets.stream().map(Integer::longValue).toList());
        value.put("proven", evidence.isProven());
        value.put("trace", evidence.trace());
        recorder.healed(fault.event(), value);
    }

    /// What fails after an interruption fails because of it.
    private void throwIfInterrupted(Nemesis nemesis, Event event) throws InterruptedException {
        if (Thread.interrupted()) {
            failed(nemesis, event, "interrupted");
            throw new InterruptedException(Nemeses.name(nemesis));
        }
    }

    private void failed(Nemesis nemesis, Event event, String why) {
        problems.add(Nemeses.name(nemesis) + " " + why);
        recorder.healed(event, Map.of("proven", false, "trace", why));
    }

    private void recover(String when) throws InterruptedException {
        for (var node : Scene.all(arena)) {
            if (!arena.isRunning(node)) {
                problems.add("%s: n%d does not run".formatted(when, node));
            }
        }
        problems.addAll(Repair.all(arena));
        var silent = arena.awaitServing(pace.recovery());
        if (!silent.isEmpty()) {
            problems.add(
                    "%s: %s did not serve within %d s"
                            .formatted(when, Scene.names(silent), pace.recovery().toSeconds()));
        }
    }
}
