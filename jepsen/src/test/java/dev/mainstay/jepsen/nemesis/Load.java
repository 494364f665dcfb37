package dev.mainstay.jepsen.nemesis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.client.Database;
import dev.mainstay.client.KeyRange;
import dev.mainstay.client.Mainstay;
import dev.mainstay.client.MainstayException;
import dev.mainstay.jepsen.cluster.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Puts new keys, a few at a time, on threads of its own, until closed; remembers what was
/// acknowledged.
final class Load implements AutoCloseable {

    private static final AtomicInteger LOADS = new AtomicInteger();
    private static final int WRITERS = 3;
    private static final int JOURNAL_LINES = 15;
    private static final Duration CALL = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Arena arena;
    private final String prefix = "load" + LOADS.incrementAndGet() + "/";
    private final Database database;
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicBoolean stop = new AtomicBoolean();
    private final List<Thread> writers;

    Load(Arena arena) {
        this.arena = arena;
        var endpoints = Scene.all(arena).stream().map(arena::endpoint).toArray(String[]::new);
        database = Mainstay.builder(endpoints).discovers(false).timeout(CALL).connect();
        writers =
                IntStream.range(0, WRITERS)
                        .mapToObj(_ -> Thread.ofVirtual().start(this::run))
                        .toList();
    }

    private void run() {
        try {
            while (!stop.get()) {
                put(prefix + next.incrementAndGet());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void put(String key) throws InterruptedException {
        try {
            var _ = database.put(key, "v".repeat(100));
            acknowledged.add(key);
        } catch (MainstayException e) {
            failures.incrementAndGet();
        }
    }

    /// Calls that did not end well in their time.
    int failures() {
        return failures.get();
    }

    void awaitWrites(int more) {
        var enough = acknowledged.size() + more;
        Await.until(
                more + " more writes",
                PATIENCE,
                () -> acknowledged.size() >= enough,
                () -> "%d failed%n%s".formatted(failures.get(), journals(arena)));
    }

    void assertAllThere() throws InterruptedException {
        var expected = Set.copyOf(acknowledged);
        var there =
                database.getAll(KeyRange.prefix(prefix)).entries().stream()
                        .map(entry -> entry.key().text())
                        .collect(Collectors.toSet());
        assertThat(there).containsAll(expected);
    }

    @Override
    public void close() {
        stop.set(true);
        Await.until("the load ends", PATIENCE, () -> writers.stream().noneMatch(Thread::isAlive));
        database.close();
    }

    /// The last words of all nodes.
    static String journals(Arena arena) {
        return Scene.all(arena).stream()
                .map(node -> "n%d:%n%s%n".formatted(node, lastLines(arena, node)))
                .collect(Collectors.joining());
    }

    private static String lastLines(Arena arena, int node) {
        try {
            var lines = Files.readAllLines(arena.journal(node));
            var from = Math.max(0, lines.size() - JOURNAL_LINES);
            return String.join("\n", lines.subList(from, lines.size()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
