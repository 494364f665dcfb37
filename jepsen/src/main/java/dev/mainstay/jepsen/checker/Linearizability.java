package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.checker.Model.Call;
import dev.mainstay.jepsen.history.History;
import dev.mainstay.jepsen.history.Op;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Judges whether calls behave as if each had happened at one moment between its beginning and its
/// end. Parts of the object are judged apart, two at a time.
///
/// Within its time limit it is exact: `VALID` means that an order exists, `INVALID` that none does.
public final class Linearizability implements Checker {

    private static final Duration AT_MOST = Duration.ofMinutes(2);
    private static final int THREADS = 2;
    private static final int SHOWN_MAX = 5;

    private final Model model;
    private final Duration atMost;

    public Linearizability(Model model) {
        this(model, AT_MOST);
    }

    /// @param atMost for all parts together
    public Linearizability(Model model, Duration atMost) {
        this.model = model;
        this.atMost = atMost;
    }

    @Override
    public String name() {
        return "linearizable";
    }

    private record Part(Object name, List<Call> calls, Search.Result result) {}

    @Override
    public Verdict check(History history) {
        var parts = judge(split(history.ops()));

        var impossible =
                parts.stream().filter(p -> p.result() == Search.Result.IMPOSSIBLE).toList();
        var overdue = parts.stream().filter(p -> p.result() == Search.Result.OVERDUE).toList();
        var counts = counts(parts, impossible, overdue);
        if (impossible.isEmpty() && !overdue.isEmpty()) {
            var why = "undecided after " + atMost.toSeconds() + " s: " + names(overdue);
            return Verdict.unknown(name(), why, counts);
        }
        var anomalies = impossible.stream().limit(SHOWN_MAX).map(this::anomaly).toList();
        return Verdict.of(name(), anomalies, counts);
    }

    private Map<Object, List<Call>> split(List<Op> ops) {
        Map<Object, List<Op>> byPart = new LinkedHashMap<>();
        for (var op : ops) {
            byPart.computeIfAbsent(model.part(op), _ -> new ArrayList<>()).add(op);
        }
        Map<Object, List<Call>> calls = new LinkedHashMap<>();
        byPart.forEach((part, its) -> calls.put(part, model.calls(its)));
        return calls;
    }

    private List<Part> judge(Map<Object, List<Call>> calls) {
        long deadline = System.nanoTime() + atMost.toNanos();
        try (var threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<Part>> parts = new ArrayList<>();
            calls.forEach((part, its) ->
                    parts.add(threads.submit((Callable<Part>) () -> judge(part, its, deadline))));
            List<Part> judged = new ArrayList<>();
            for (var part : parts) {
                judged.add(part.get());
            }
            return judged;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while checking", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private Part judge(Object part, List<Call> calls, long deadline) {
        return new Part(part, calls, new Search(calls, model.initial(), deadline).run());
    }

    private static Map<String, Long> counts(
            List<Part> parts, List<Part> impossible, List<Part> overdue) {
        Map<String, Long> counts = new TreeMap<>();
        counts.put("parts", (long) parts.size());
        counts.put("calls", parts.stream().mapToLong(part -> part.calls().size()).sum());
        counts.put("impossible parts", (long) impossible.size());
        counts.put("undecided parts", (long) overdue.size());
        return counts;
    }

    private static String names(List<Part> parts) {
        return parts.stream().limit(SHOWN_MAX).map(part -> String.valueOf(part.name())).toList()
                + (parts.size() > SHOWN_MAX ? " and " + (parts.size() - SHOWN_MAX) + " more" : "");
    }

    private Anomaly anomaly(Part part) {
        var calls = new Shrinking(model, part.calls()).run();
        var events = new TreeSet<Long>();
        for (var call : calls) {
            events.add(call.op().begin());
            var completion = call.op().completion();
            if (completion != null) {
                events.add(completion.index());
            }
        }
        return new Anomaly("not-linearizable", List.copyOf(events), explain(part.name(), calls));
    }

    private String explain(Object part, List<Call> calls) {
        var lines = new ArrayList<String>();
        lines.add(part + ": no order of these " + calls.size() + " calls explains what they saw");
        for (var call : calls) {
            lines.add(line(call));
        }
        var deadline = System.nanoTime() + Duration.ofSeconds(1).toNanos();
        var search = new Search(calls, model.initial(), deadline).keepingLongest();
        var _ = search.run();
        var longest = search.longest().stream().map(model::tell).toList();
        lines.add("the longest order that fits: " + (longest.isEmpty() ? "none" : longest));
        return String.join("\n", lines);
    }

    private String line(Call call) {
        var op = call.op();
        var line = new StringBuilder("process " + op.invoke().process() + " " + model.tell(call));
        line.append(", events ").append(op.begin()).append("..");
        var completion = op.completion();
        line.append(op.isUnknown() || completion == null ? "?" : completion.index());
        if (!op.about().node().isEmpty()) {
            line.append(", ").append(op.about().node());
        }
        if (op.about().revision() != 0) {
            line.append(", revision ").append(op.about().revision());
        }
        return line.toString();
    }
}
