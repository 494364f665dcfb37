package dev.mainstay.jepsen.torture;

import dev.mainstay.jepsen.cluster.Channels;
import dev.mainstay.jepsen.cluster.Standing;
import dev.mainstay.jepsen.history.Recorder;
import dev.mainstay.jepsen.nemesis.Arena;
import dev.mainstay.jepsen.report.Sighting;
import dev.mainstay.jepsen.report.Sighting.State;
import io.grpc.ManagedChannel;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Looks at every node several times a second, a virtual thread for each: who leads, how far it is,
/// and whether its process is still there. Writes what changes to a file.
final class Lookout implements AutoCloseable {

    private static final Duration LOOK_EVERY = Duration.ofMillis(250);
    // How far a node is changes all the time: told once in a while.
    private static final long TELL_AT_LEAST_NANOS = Duration.ofSeconds(1).toNanos();
    // Families of faults that a process lives through. All others end one, or may.
    private static final Set<String> SURVIVED =
            Set.of("pause", "partition", "link", "transfer", "clock");

    private final Arena arena;
    private final Recorder recorder;
    private final Tally tally;
    private final BufferedWriter out;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<String> exits = new ConcurrentLinkedQueue<>();
    private final Map<Integer, Sighting> newest = new ConcurrentSkipListMap<>();

    /// @param file to be written
    Lookout(Arena arena, Recorder recorder, Tally tally, Path file) throws IOException {
        this.arena = arena;
        this.recorder = recorder;
        this.tally = tally;
        this.out = Files.newBufferedWriter(file, StandardCharsets.UTF_8);
    }

    void start() {
        for (var each = 0; each < arena.size(); each++) {
            int node = each;
            threads.add(Thread.ofVirtual().name("lookout-" + node).start(() -> watch(node)));
        }
    }

    private void watch(int node) {
        Map<String, ManagedChannel> channels = new HashMap<>();
        try {
            boolean wasRunning = arena.isRunning(node);
            // Faults of the last look count as well: a process takes a moment to end.
            Set<String> before = Set.of();
            do {
                Set<String> now = new TreeSet<>(tally.openFaults());
                boolean isRunning = arena.isRunning(node);
                if (wasRunning && !isRunning && !isLicensed(now) && !isLicensed(before)) {
                    exits.add(
                            "n%d ended by itself at %.1f s"
                                    .formatted(node, recorder.nanos() / 1e9));
                }
                wasRunning = isRunning;
                before = now;
                var channel = channels.computeIfAbsent(arena.endpoint(node), Channels::to);
                see(look(node, isRunning, channel));
            } while (!stop.await(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            channels.values().forEach(ManagedChannel::shutdownNow);
        }
    }

    private static boolean isLicensed(Set<String> faults) {
        return faults.stream().anyMatch(name -> !SURVIVED.contains(name.replaceFirst("/.*", "")));
    }

    private Sighting look(int node, boolean isRunning, ManagedChannel channel) {
        var standing = isRunning ? Standing.of(channel) : java.util.Optional.<Standing>empty();
        if (standing.isEmpty()) {
            return new Sighting(recorder.nanos(), node, State.SILENT, 0, 0);
        }
        var seen = standing.get();
        return new Sighting(
                recorder.nanos(),
                node,
                seen.leads() ? State.LEADS : State.FOLLOWS,
                seen.term(),
                seen.appliedIndex());
    }

    private void see(Sighting seen) {
        var last = newest.get(seen.node());
        if (last != null
                && last.state() == seen.state()
                && last.term() == seen.term()
                && seen.nanos() - last.nanos() < TELL_AT_LEAST_NANOS) {
            return;
        }
        newest.put(seen.node(), seen);
        try {
            synchronized (out) {
                out.write(Lines.of(seen));
                out.newLine();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Nodes that ended while no fault under way ends nodes.
    List<String> exits() {
        return List.copyOf(exits);
    }

    /// Who leads as far as we saw, such as `n1 (term 4)`; empty if nobody does.
    String leader() {
        Sighting best = null;
        for (var seen : newest.values()) {
            if (seen.state() == State.LEADS && (best == null || seen.term() > best.term())) {
                best = seen;
            }
        }
        return best == null ? "" : "n%d (term %d)".formatted(best.node(), best.term());
    }

    /// Ends the threads, then the file.
    @Override
    public void close() throws IOException {
        stop.countDown();
        try {
            for (var thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (out) {
            out.close();
        }
    }
}
