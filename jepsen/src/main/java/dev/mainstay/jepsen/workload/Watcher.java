package dev.mainstay.jepsen.workload;

import dev.mainstay.client.CompactedException;
import dev.mainstay.jepsen.history.About;
import dev.mainstay.jepsen.workload.Client.Question;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One watcher: opens a stream, takes down what it brings, closes it after a while, and opens
/// another, mostly where it was, sometimes earlier, later, or now. One thread.
final class Watcher {

    static final int ANY_NODE = -1;

    private static final int STEPS_PER_STREAM = 12;
    private static final int PAUSES_AFTER_FAILURE = 3;
    private static final long BACK = 60;
    private static final long AHEAD = 15;
    private static final Duration LAST_LOOK = Duration.ofMillis(500);
    private static final Duration CATCHING_UP = Duration.ofSeconds(15);
    private static final Duration LOOK = Duration.ofMillis(100);

    private final Place place;
    private final Client client;
    private final RandomGenerator random;
    private final String name;
    private final int node;
    private final boolean isFromNow;

    private @Nullable WatchSource source;

    /// Steps to leave out, so that a node that is down is not asked all the time.
    private int pauses;

    /// The first revision that it has not been given yet; 0 before it was given any.
    private long next;

    /// @param node the one it is bound to, or [#ANY_NODE]
    Watcher(Place place, int who, String name, int node) {
        this.place = place;
        this.client = place.client();
        this.random = place.random(who);
        this.name = name;
        this.node = node;
        this.isFromNow = !name.endsWith("old");
    }

    void step() throws InterruptedException {
        var current = source;
        if (pauses > 0) {
            pauses--;
        } else if (current == null) {
            source = open(start());
            pauses = source == null ? PAUSES_AFTER_FAILURE : 0;
        } else if (random.nextInt(STEPS_PER_STREAM) == 0) {
            lookToTheEnd(current);
            close();
        } else {
            var _ = look(current, Duration.ZERO);
        }
    }

    private long start() {
        if (next == 0) {
            return isFromNow ? 0 : 1;
        }
        return switch (random.nextInt(10)) {
            case 0 -> 0;
            case 1 -> next + AHEAD;
            case 2, 3 -> Math.max(1, next - BACK);
            default -> next;
        };
    }

    void close() {
        var current = source;
        source = null;
        if (current != null) {
            current.close();
        }
    }

    private About about() {
        return node == ANY_NODE ? About.NOTHING.withMode("watch") : Place.at(node, "watch");
    }

    private @Nullable WatchSource open(long start) throws InterruptedException {
        var opened =
                client.read(
                        new Question("open", Reply.tree(name, start, null), about()),
                        () -> newSource(start),
                        fresh -> Reply.ok(Reply.tree(name, start, fresh.created()), 0));
        if (opened.isPresent() && start == 0) {
            next = Math.max(next, opened.get().created() + 1);
        }
        return opened.orElse(null);
    }

    private WatchSource newSource(long start) throws InterruptedException {
        try {
            return node == ANY_NODE
                    ? new SdkWatch(place, start)
                    : new RawWatch(place, node, start, isFromNow);
        } catch (CompactedException e) {
            next = e.compactRevision();
            throw e;
        }
    }

    /// Takes down what has come; whether the node said how far it is. Closes a stream that has
    /// ended.
    private boolean look(WatchSource current, Duration atMost) throws InterruptedException {
        List<Object> answers = new ArrayList<>();
        var last = 0L;
        var hasProgress = false;
        for (var signal : current.drain(atMost)) {
            switch (signal) {
                case WatchSource.Answer(var revision, var tree) -> {
                    answers.add(tree);
                    last = Math.max(last, revision);
                }
                case WatchSource.Progress(var revision) -> {
                    saw(answers, last);
                    client.saw(new Question("progress", Reply.tree(name, revision), about()), 0);
                    next = Math.max(next, revision + 1);
                    hasProgress = true;
                }
                case WatchSource.Compacted(var revision) -> {
                    saw(answers, last);
                    client.saw(new Question("compacted", Reply.tree(name, revision), about()), 0);
                    next = revision;
                    close();
                }
                case WatchSource.Broken _ -> {
                    saw(answers, last);
                    close();
                }
            }
        }
        saw(answers, last);
        return hasProgress;
    }

    private void saw(List<Object> answers, long last) {
        if (!answers.isEmpty()) {
            var tree = Reply.tree(name, List.copyOf(answers));
            client.saw(new Question("events", tree, about()), last);
            next = Math.max(next, last + 1);
            answers.clear();
        }
    }

    /// Asks how far the node is, so that what was not shown by now is missing for sure.
    private void lookToTheEnd(WatchSource current) throws InterruptedException {
        var deadline = System.nanoTime() + LAST_LOOK.toNanos();
        current.requestProgress();
        while (source != null && System.nanoTime() - deadline < 0 && !look(current, LOOK)) {
            // Changes came first.
        }
    }

    /// Goes on where it was, until it has come to `revision`.
    void catchUp(long revision) throws InterruptedException {
        var deadline = System.nanoTime() + CATCHING_UP.toNanos();
        close();
        while (next <= revision && System.nanoTime() - deadline < 0) {
            var current = source;
            if (current == null) {
                source = open(next);
                if (source == null) {
                    // A node that is down answers at once.
                    Thread.sleep(LOOK);
                }
            } else {
                current.requestProgress();
                var _ = look(current, LOOK);
            }
        }
        close();
    }
}
