package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.history.About;
import dev.mainstay.jepsen.history.Failure;
import dev.mainstay.jepsen.history.History;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A store that keeps its promises, and clients whose calls overlap: makes valid histories.
///
/// Each call takes effect at one moment between its beginning and its end; some are left unknown,
/// with effect or without.
final class Simulation {

    private static final int CLIENTS = 5;
    private static final int UNKNOWN_PERCENT = 3;

    /// A key as the store has it.
    record Entry(long value, long create, long mod, long version) {}

    /// @param value of the answer
    record Answer(@Nullable Object value, long revision) {}

    record Call(String function, @Nullable Object asked, About about, Supplier<Answer> effect) {}

    final SplittableRandom random;
    final TreeMap<String, Entry> store = new TreeMap<>();
    long revision = 1;

    private final Script script = new Script();
    private long processes;

    Simulation(long seed) {
        random = new SplittableRandom(seed);
    }

    /// One client with its call under way.
    private final class Client {

        private long process = processes++;
        private @Nullable Call call;
        private @Nullable Answer answer;

        void advance(Supplier<Call> calls) {
            var current = call;
            if (current == null) {
                var begun = calls.get();
                call = begun;
                script.invoke(process, begun.function(), begun.asked(), begun.about());
            } else if (answer == null) {
                answer = current.effect().get();
            } else {
                script.ok(process, answer.value(), answer.revision());
                call = null;
                answer = null;
            }
        }

        void leave() {
            var current = call;
            if (current == null) {
                return;
            }
            var isWrite = current.about().mode().isEmpty();
            if (isWrite) {
                script.info(process);
                process = processes++;
            } else {
                script.fail(process, Failure.Kind.TIMEOUT);
            }
            call = null;
            answer = null;
        }

        void finish(Supplier<Call> calls) {
            while (call != null) {
                advance(calls);
            }
        }
    }

    /// @param steps about three for each call
    History run(int steps, Supplier<Call> calls) {
        List<Client> clients = new ArrayList<>();
        for (var i = 0; i < CLIENTS; i++) {
            clients.add(new Client());
        }
        for (var step = 0; step < steps; step++) {
            var client = clients.get(random.nextInt(CLIENTS));
            if (random.nextInt(100) < UNKNOWN_PERCENT) {
                client.leave();
            } else {
                client.advance(calls);
            }
        }
        clients.forEach(client -> client.finish(calls));
        return script.history();
    }

    /// The new revision.
    long put(String key, long value) {
        revision++;
        var old = store.get(key);
        store.put(
                key,
                old == null
                        ? new Entry(value, revision, revision, 1)
                        : new Entry(value, old.create(), revision, old.version() + 1));
        return revision;
    }

    long delete(String key) {
        if (store.remove(key) != null) {
            revision++;
        }
        return revision;
    }
}
