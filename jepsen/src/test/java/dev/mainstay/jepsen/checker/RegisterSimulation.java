package dev.mainstay.jepsen.checker;

import static dev.mainstay.jepsen.checker.Story.list;

import dev.mainstay.jepsen.history.Failure.Kind;
import dev.mainstay.jepsen.history.History;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

/// Clients of registers that are linearizable, call by call and some at the same time.
final class RegisterSimulation {

    private static final int CLIENTS = 10;
    private static final int LIVE_KEYS = 5;

    private final SplittableRandom random;
    private final double unknownShare;
    private final Story story = new Story();
    private final Map<Long, Long> state = new HashMap<>();
    private final List<Call> running = new ArrayList<>();
    private final List<Call> zombies = new ArrayList<>();
    private long nextProcess;
    private long nextValue = 1;

    RegisterSimulation(SplittableRandom random, double unknownShare) {
        this.random = random;
        this.unknownShare = unknownShare;
    }

    private static final class Call {
        final long process;
        final long key;
        final String function;
        final long old;
        final long value;
        boolean hasHappened;
        boolean isMismatch;
        long seen;

        Call(long process, long key, String function, long old, long value) {
            this.process = process;
            this.key = key;
            this.function = function;
            this.old = old;
            this.value = value;
        }
    }

    History run(int keys, int callsPerKey) {
        List<Long> idle = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            idle.add(nextProcess++);
        }
        int calls = keys * callsPerKey;
        for (int i = 0; i < calls || !running.isEmpty(); ) {
            if (i < calls && !idle.isEmpty() && random.nextBoolean()) {
                long group = i / (LIVE_KEYS * callsPerKey);
                begin(idle.removeLast(), group * LIVE_KEYS + i % LIVE_KEYS);
                i++;
            } else if (!running.isEmpty()) {
                advance(idle);
            }
        }
        return story.history();
    }

    private void begin(long process, long key) {
        long current = state.getOrDefault(key, 0L);
        switch (random.nextInt(4)) {
            case 0 -> begin(new Call(process, key, "write", 0, nextValue++));
            case 1 -> {
                long old = random.nextInt(4) > 0 ? current : nextValue - 1;
                begin(new Call(process, key, "cas", old, nextValue++));
            }
            default -> begin(new Call(process, key, "read", 0, 0));
        }
    }

    private void begin(Call call) {
        running.add(call);
        story.invoke(
                call.process,
                call.function,
                switch (call.function) {
                    case "read" -> list(call.key, null);
                    case "write" -> list(call.key, call.value);
                    default -> list(call.key, list(call.old, call.value));
                });
    }

    private void advance(List<Long> idle) {
        if (!zombies.isEmpty() && random.nextInt(20) == 0) {
            happen(zombies.remove(random.nextInt(zombies.size())));
        }
        var call = running.get(random.nextInt(running.size()));
        if (random.nextDouble() < unknownShare / 2) {
            story.info(call.process);
            running.remove(call);
            idle.add(nextProcess++);
            if (!call.hasHappened) {
                zombies.add(call);
            }
        } else if (!call.hasHappened) {
            happen(call);
        } else {
            end(call);
            running.remove(call);
            idle.add(call.process);
        }
    }

    private void happen(Call call) {
        call.hasHappened = true;
        call.seen = state.getOrDefault(call.key, 0L);
        switch (call.function) {
            case "read" -> {}
            case "write" -> state.put(call.key, call.value);
            default -> {
                call.isMismatch = call.seen != call.old;
                if (!call.isMismatch) {
                    state.put(call.key, call.value);
                }
            }
        }
    }

    private void end(Call call) {
        if (call.isMismatch) {
            story.fail(call.process, Kind.PRECONDITION);
        } else if (call.function.equals("read")) {
            story.ok(call.process, list(call.key, call.seen));
        } else {
            story.ok(call.process);
        }
    }

    /// At most seven calls of three values on one key, with arbitrary answers.
    ///
    /// @param care 0: answers are guessed; more: mostly right
    static History small(SplittableRandom random, int care) {
        var story = new Story();
        var functions = new HashMap<Long, String>();
        long guess = 0;
        long process = 0;
        List<Long> open = new ArrayList<>();
        for (int calls = 3 + random.nextInt(5); calls > 0 || !open.isEmpty(); ) {
            if (calls > 0 && (open.isEmpty() || random.nextInt(5) < 2)) {
                calls--;
                open.add(process);
                guess = invokeAny(story, functions, process++, guess, random);
            } else if (!open.isEmpty()) {
                long done = open.remove(random.nextInt(open.size()));
                long seen = random.nextInt(4) < care ? guess : random.nextInt(3);
                endAny(story, Objects.requireNonNull(functions.get(done)), done, seen, random);
            }
        }
        return story.history();
    }

    private static long invokeAny(
            Story story,
            Map<Long, String> functions,
            long process,
            long guess,
            SplittableRandom random) {
        long value = random.nextInt(3);
        switch (random.nextInt(3)) {
            case 0 -> {
                functions.put(process, "read");
                story.invoke(process, "read", list("x", null));
                return guess;
            }
            case 1 -> {
                functions.put(process, "write");
                story.invoke(process, "write", list("x", value));
            }
            default -> {
                functions.put(process, "cas");
                long old = random.nextBoolean() ? guess : random.nextInt(3);
                story.invoke(process, "cas", list("x", list(old, value)));
            }
        }
        return value;
    }

    private static void endAny(
            Story story, String function, long process, long seen, SplittableRandom random) {
        int end = random.nextInt(10);
        if (end == 0) {
            story.info(process);
        } else if (end == 1) {
            story.fail(process, Kind.NOT_SENT);
        } else if (end <= 3 && function.equals("cas")) {
            story.fail(process, Kind.PRECONDITION);
        } else if (function.equals("read")) {
            story.ok(process, list("x", seen));
        } else {
            story.ok(process);
        }
    }
}
