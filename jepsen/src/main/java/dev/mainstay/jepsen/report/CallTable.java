package dev.mainstay.jepsen.report;

import dev.mainstay.jepsen.history.Event;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// The calls of a whole run as columns of numbers: eleven bytes each, so that an hour of calls
/// takes little memory. Filled with the events in their order, then read; for one thread.
public final class CallTable implements Consumer<Event> {

    /// What became of a call.
    public enum Ending {
        OK(0),
        FAIL(1),
        INFO(2);

        private static final Ending[] ALL = values();

        private final byte code;

        Ending(int code) {
            this.code = (byte) code;
        }

        /// Its place among all of them.
        int code() {
            return code;
        }
    }

    /// Whose calls.
    public record Function(String workload, String name) {

        @Override
        public String toString() {
            return workload + " " + name;
        }
    }

    private record Open(long nanos, short function) {}

    private final Map<Long, Open> open = new HashMap<>();
    private final Map<Function, Short> numbers = new HashMap<>();
    private final List<Function> functions = new ArrayList<>();
    private int size;
    private float[] seconds = new float[1024];
    private float[] millis = new float[1024];
    private short[] function = new short[1024];
    private byte[] ending = new byte[1024];
    private long lastNanos;

    @Override
    public void accept(Event event) {
        lastNanos = Math.max(lastNanos, event.nanos());
        if (event.process() == Event.NEMESIS) {
            return;
        }
        if (!event.isCompletion()) {
            open.put(event.process(), new Open(event.nanos(), number(event)));
            return;
        }
        var began = open.remove(event.process());
        if (began != null) {
            add(began, event.nanos(), ending(event.type()));
        }
    }

    /// Calls without an end are unknown.
    public void finish() {
        for (var began : open.values()) {
            add(began, lastNanos, Ending.INFO);
        }
        open.clear();
    }

    private static Ending ending(Event.Type type) {
        return switch (type) {
            case OK -> Ending.OK;
            case FAIL -> Ending.FAIL;
            case INFO -> Ending.INFO;
            case INVOKE -> throw new AssertionError("an invocation ends nothing");
        };
    }

    private short number(Event event) {
        return numbers.computeIfAbsent(
                new Function(event.workload(), event.function()),
                key -> {
                    functions.add(key);
                    return (short) (functions.size() - 1);
                });
    }

    private void add(Open began, long endNanos, Ending how) {
        if (size == seconds.length) {
            grow(size + size / 2);
        }
        seconds[size] = (float) (began.nanos / 1e9);
        millis[size] = (float) ((endNanos - began.nanos) / 1e6);
        function[size] = began.function;
        ending[size] = how.code;
        size++;
    }

    private void grow(int capacity) {
        seconds = Arrays.copyOf(seconds, capacity);
        millis = Arrays.copyOf(millis, capacity);
        function = Arrays.copyOf(function, capacity);
        ending = Arrays.copyOf(ending, capacity);
    }

    public int size() {
        return size;
    }

    /// From the start of the run to its last event.
    public double lengthSeconds() {
        return lastNanos / 1e9;
    }

    /// In the order of their first calls.
    public List<Function> functions() {
        return List.copyOf(functions);
    }

    /// Those of functions, in the order of their first calls.
    List<String> workloads() {
        return functions.stream().map(Function::workload).distinct().toList();
    }

    double seconds(int call) {
        return seconds[call];
    }

    double millis(int call) {
        return millis[call];
    }

    /// The number of its function, a place in [#functions].
    int function(int call) {
        return function[call];
    }

    Ending ending(int call) {
        return Ending.ALL[ending[call]];
    }

    public long count(Ending which) {
        long count = 0;
        for (var call = 0; call < size; call++) {
            count += ending[call] == which.code ? 1 : 0;
        }
        return count;
    }

    /// The latencies in milliseconds of a function's calls that ended so, in order of size.
    double[] sortedMillis(int ofFunction, Ending which) {
        var found = new double[size];
        int n = 0;
        for (var call = 0; call < size; call++) {
            if (function[call] == ofFunction && ending[call] == which.code) {
                found[n++] = millis[call];
            }
        }
        var sorted = Arrays.copyOf(found, n);
        Arrays.sort(sorted);
        return sorted;
    }

    /// @param sorted in order of size
    static double quantile(double[] sorted, double share) {
        return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(share * sorted.length - 1e-9) - 1];
    }
}
