package dev.mainstay.jepsen.nemesis;

import dev.mainstay.jepsen.cluster.KeyValues;
import dev.mainstay.jepsen.cluster.Standing;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A follower that is held back until the others have purged what it misses, so that it comes back
/// by a checkpoint. Needs an arena whose nodes purge often.
final class LeftBehind {

    private static final Duration PURGE = Duration.ofSeconds(90);
    private static final Duration INSTALL = Duration.ofSeconds(60);
    private static final Duration PUT = Duration.ofSeconds(2);
    private static final String INSTALLED = "adopted a checkpoint";
    private static final Pattern SEGMENT = Pattern.compile("log_(?:inprogress_)?(\\d+)(?:-\\d+)?");
    // Few keys and some bytes: the log grows, the state does not.
    private static final int KEYS = 20;
    private static final String VALUE = "v".repeat(500);
    private static final int LOOK_AFTER_PUTS = 50;

    private LeftBehind() {}

    static List<Nemesis> all() {
        return List.of(
                Recipe.of(
                        "left-behind",
                        "install",
                        "a follower is away until only a checkpoint brings it back",
                        LeftBehind::begin));
    }

    private static Fault begin(Arena arena, RandomGenerator random)
            throws IOException, InterruptedException {
        int node = Scene.follower(arena, random);
        var applied = Scene.standing(arena, node).map(Standing::appliedIndex).orElse(0L);
        arena.kill(node);
        var installs = installs(arena, node);
        var meanwhile = Meanwhile.start(_ -> push(arena, node, applied));
        return new Ongoing(
                List.of(node),
                "n%d is held back at log index %d".formatted(node, applied),
                () -> {
                    var first = meanwhile.end(PURGE.plusSeconds(10));
                    arena.start(node);
                    var isInstalled = Scene.await(INSTALL, () -> installs(arena, node) > installs);
                    return new Fault.Evidence(
                            isInstalled,
                            "logs begin at %d, %s"
                                    .formatted(
                                            first,
                                            isInstalled
                                                    ? "the journal says: " + INSTALLED
                                                    : "no checkpoint was adopted"));
                });
    }

    /// Writes until no running node holds what `away` misses; answers where their logs begin.
    private static long push(Arena arena, int away, long applied) throws IOException {
        var deadline = System.nanoTime() + PURGE.toNanos();
        while (firstIndex(arena, away) <= applied + 1) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException(
                        "the log is not purged: it begins at %d"
                                .formatted(firstIndex(arena, away)));
            }
            int target =
                    arena.leader()
                            .filter(leader -> leader != away)
                            .orElse(Scene.running(arena).getFirst());
            try (var values = new KeyValues(arena.endpoint(target), PUT)) {
                for (var i = 0; i < LOOK_AFTER_PUTS; i++) {
                    values.put("left-behind/" + i % KEYS, VALUE);
                }
            } catch (StatusRuntimeException e) {
                // Other faults may be under way.
                pause();
            }
        }
        return firstIndex(arena, away);
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while writing", e);
        }
    }

    /// The lowest index that any other running node has in its log.
    private static long firstIndex(Arena arena, int away) {
        return Scene.running(arena).stream()
                .filter(node -> node != away)
                .mapToLong(node -> firstIndex(arena.directory(node)))
                .min()
                .orElse(-1);
    }

    private static long firstIndex(Path directory) {
        try (var files = Files.walk(directory)) {
            return files.map(Path::getFileName)
                    .map(name -> SEGMENT.matcher(name.toString()))
                    .filter(Matcher::matches)
                    .mapToLong(name -> Long.parseLong(name.group(1)))
                    .min()
                    .orElse(-1);
        } catch (IOException | UncheckedIOException e) {
            return -1; // A file went while we looked.
        }
    }

    private static long installs(Arena arena, int node) {
        try (var lines = Files.lines(arena.journal(node))) {
            return lines.filter(line -> line.contains(INSTALLED)).count();
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }
}
