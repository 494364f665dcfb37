package dev.mainstay.jepsen.report;

import dev.mainstay.jepsen.checker.Anomaly;
import dev.mainstay.jepsen.checker.Verdict;
import dev.mainstay.jepsen.history.About;
import dev.mainstay.jepsen.history.Event;
import dev.mainstay.jepsen.history.Failure;
import dev.mainstay.jepsen.report.Sighting.State;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// A made-up run with everything that a report shows.
final class SyntheticRun {

    private static final List<String> WORKLOADS =
            List.of("register", "cas", "set", "append", "watch", "lease", "counter", "reads");
    private static final String[] KINDS = {
        "kill/leader", "pause/follower", "partition/ring", "partition/leader-alone", "clock/forward"
    };

    final List<Event> events = new ArrayList<>();
    final List<FaultBand> faults = new ArrayList<>();
    final List<Sighting> sightings = new ArrayList<>();
    final List<Judgement> judgements = new ArrayList<>();
    private final SplittableRandom random = new SplittableRandom(7);
    private final int seconds;

    SyntheticRun(int calls, int seconds) {
        this.seconds = seconds;
        for (var at = 4.0; at < seconds - 12; at += 7) {
            fault(at);
        }
        for (var i = 0; i < calls; i++) {
            call(i, (long) ((i + random.nextDouble()) * seconds * 1e9 / calls));
        }
        for (var i = 0; i < seconds * 4; i++) {
            sighting(i * 250_000_000L);
        }
    }

    private void fault(double at) {
        var kind = KINDS[faults.size() % KINDS.length];
        long start = (long) (at * 1e9);
        long end = (long) ((at + 1 + random.nextDouble(5)) * 1e9);
        faults.add(new FaultBand(start, end, kind, "n1 and n2", true, "term 4 -> 5"));
    }

    private void call(int number, long nanos) {
        var workload = WORKLOADS.get(random.nextInt(WORKLOADS.size()));
        var function = random.nextInt(3) == 0 ? "write" : random.nextBoolean() ? "read" : "cas";
        boolean isDuringFault =
                faults.stream().anyMatch(f -> f.startNanos() < nanos && nanos < f.endNanos());
        double millis = Math.exp(random.nextGaussian() * 0.6) * (isDuringFault ? 25 : 3);
        var type = Event.Type.OK;
        if (isDuringFault && random.nextInt(10) == 0) {
            type = random.nextInt(3) == 0 ? Event.Type.INFO : Event.Type.FAIL;
            millis = type == Event.Type.INFO ? 2000 : millis * 5;
        }
        List<Object> value = Arrays.asList((long) number % 5, (long) number);
        var about = About.node("n" + number % 3).withMode("strict").at(100 + number, 4);
        var invoke = add(nanos, number, Event.Type.INVOKE, workload, function, value, about);
        add(nanos + (long) (millis * 1e6), number, type, workload, function, value, about);
        assert invoke.index() >= 0;
    }

    private Event add(
            long nanos,
            long process,
            Event.Type type,
            String workload,
            String function,
            Object value,
            About about) {
        var failure =
                type == Event.Type.INFO || type == Event.Type.FAIL
                        ? new Failure(Failure.Kind.TIMEOUT, "no answer from <node> & co")
                        : null;
        var event =
                new Event(
                        events.size(),
                        nanos,
                        process,
                        type,
                        workload,
                        function,
                        value,
                        failure,
                        about);
        events.add(event);
        return event;
    }

    private void sighting(long nanos) {
        long reign = nanos / 14_000_000_000L;
        for (var node = 0; node < 3; node++) {
            var leads = node == reign % 3;
            var isSilent = random.nextInt(60) == 0;
            sightings.add(
                    new Sighting(
                            nanos,
                            node,
                            isSilent ? State.SILENT : leads ? State.LEADS : State.FOLLOWS,
                            reign + 1,
                            nanos / 2_500_000 - (leads ? 0 : random.nextInt(30))));
        }
    }

    /// A stale read of the register with four calls around it.
    SyntheticRun withAnomaly() {
        var about = About.node("n1").withMode("strict").at(991, 4);
        long at = seconds * 500_000_000L;
        var first = events.size();
        add(at, 9001, Event.Type.INVOKE, "register", "write", List.of(5L, 41L), about);
        add(at + 1_000_000, 9002, Event.Type.INVOKE, "register", "write", List.of(5L, 42L), about);
        add(at + 2_000_000, 9001, Event.Type.OK, "register", "write", List.of(5L, 41L), about);
        add(at + 3_000_000, 9003, Event.Type.INVOKE, "register", "read", List.of(5L), about);
        add(at + 4_000_000, 9003, Event.Type.OK, "register", "read", List.of(5L, 42L), about);
        add(at + 5_000_000, 9004, Event.Type.INVOKE, "register", "read", List.of(5L), about);
        add(at + 9_000_000, 9004, Event.Type.OK, "register", "read", List.of(5L, 41L), about);
        add(at + 9_500_000, 9002, Event.Type.INFO, "register", "write", List.of(5L, 42L), about);
        var indexes = new ArrayList<Long>();
        for (long i = first; i < events.size(); i++) {
            indexes.add(i);
        }
        judgements.add(
                new Judgement(
                        "register",
                        Verdict.of(
                                "linearizable",
                                List.of(
                                        new Anomaly(
                                                "stale-read",
                                                indexes,
                                                "42 <was> read at n1,\nand after it 41 & not 42")),
                                Map.of("operations", 12_345L, "keys", 41L)),
                        812));
        return this;
    }

    Report report() {
        judgements.add(
                new Judgement(
                        "set",
                        Verdict.of("set", List.of(), Map.of("added", 5213L, "lost", 0L)),
                        31));
        var facts = new LinkedHashMap<String, String>();
        facts.put("seed", "4711");
        facts.put("mainstay", "0.1.0 <snapshot>");
        var capabilities = new LinkedHashMap<String, String>();
        capabilities.put("kill/leader", "");
        capabilities.put("clock/forward", "needs libfaketime");
        var record =
                new RunRecord(
                        "20260101T000000Z-4711",
                        facts,
                        "bin/mainstay torture --seed 4711",
                        judgements,
                        faults,
                        sightings,
                        capabilities);
        var calls = new CallTable();
        var excerpts =
                new Excerpts(
                        judgements.stream()
                                .flatMap(j -> j.verdict().anomalies().stream())
                                .toList());
        events.forEach(calls.andThen(excerpts));
        calls.finish();
        return new Report(record, calls, excerpts);
    }
}
