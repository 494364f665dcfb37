package dev.mainstay.jepsen.nemesis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Disks that are slow, full, or fail to keep what they were given.
final class DiskFaults {

    private static final String FAMILY = "disk";
    private static final int DELAY_MIN_MILLIS = 20;
    private static final int DELAY_MAX_MILLIS = 200;
    // A node that halts takes a moment; one without anything to write meets no failed sync.
    private static final Duration END = Duration.ofSeconds(20);

    private DiskFaults() {}

    static List<Nemesis> all() {
        return List.of(
                Recipe.of(FAMILY, "slow", "every sync of a node takes longer", DiskFaults::slow)
                        .on(FAMILY)
                        .unless(DiskFaults::obstacle),
                Recipe.of(
                                FAMILY,
                                "full",
                                "no space left on a node's disk; started again if it ends",
                                DiskFaults::full)
                        .unless(DiskFaults::obstacle),
                Recipe.of(
                                FAMILY,
                                "sync-error",
                                "syncs of a node fail; it must end itself, and is started again",
                                DiskFaults::failSyncs)
                        .unless(DiskFaults::obstacle));
    }

    static Optional<String> obstacle(Arena arena) {
        return arena.disks().isPresent()
                ? Optional.empty()
                : Optional.of("the disks of these nodes are not in our hands");
    }

    private static Fault slow(Arena arena, RandomGenerator random) throws IOException {
        int node = Scene.any(Scene.running(arena), random);
        var disks = arena.disks().orElseThrow();
        var before = disks.traces(node).slowed();
        var delay = Duration.ofMillis(random.nextInt(DELAY_MIN_MILLIS, DELAY_MAX_MILLIS + 1));
        disks.slow(node, delay);
        return new Ongoing(
                List.of(node),
                "each sync of n%d takes %d ms longer".formatted(node, delay.toMillis()),
                () -> {
                    disks.slow(node, Duration.ZERO);
                    var slowed = disks.traces(node).slowed() - before;
                    return new Fault.Evidence(slowed > 0, slowed + " syncs slowed");
                });
    }

    private static Fault full(Arena arena, RandomGenerator random) throws IOException {
        return full(arena, Scene.any(Scene.running(arena), random));
    }

    static Fault full(Arena arena, int node) throws IOException {
        var disks = arena.disks().orElseThrow();
        var before = disks.traces(node).refused();
        disks.full(node, true);
        return new Ongoing(
                List.of(node),
                "the disk of n%d is full".formatted(node),
                () -> {
                    disks.full(node, false);
                    var refused = disks.traces(node).refused() - before;
                    var hasEnded = !arena.isRunning(node);
                    arena.start(node);
                    return new Fault.Evidence(
                            refused > 0,
                            "%d writes and questions for space refused, the node %s"
                                    .formatted(refused, hasEnded ? "ended itself" : "ran on"));
                });
    }

    private static Fault failSyncs(Arena arena, RandomGenerator random) throws IOException {
        return failSyncs(arena, Scene.any(Scene.running(arena), random));
    }

    static Fault failSyncs(Arena arena, int node) throws IOException {
        var disks = arena.disks().orElseThrow();
        var before = disks.traces(node).failed();
        disks.failSyncs(node, true);
        return new Ongoing(
                List.of(node),
                "syncs of n%d fail".formatted(node),
                () -> {
                    var hasEnded = Scene.await(END, () -> !arena.isRunning(node));
                    disks.failSyncs(node, false);
                    var failed = disks.traces(node).failed() - before;
                    var lastWord = lastLine(arena, node);
                    arena.start(node);
                    return new Fault.Evidence(
                            hasEnded && failed > 0,
                            "%d syncs failed, %s"
                                    .formatted(
                                            failed,
                                            hasEnded
                                                    ? "the node ended itself: " + lastWord
                                                    : "and the node ran on"));
                });
    }

    private static String lastLine(Arena arena, int node) {
        try (var lines = Files.lines(arena.journal(node))) {
            return lines.filter(line -> !line.isBlank()).reduce("", (_, line) -> line);
        } catch (IOException | UncheckedIOException e) {
            return "(no journal)";
        }
    }
}
