package dev.mainstay.jepsen.workload;

import dev.mainstay.client.Compare;
import dev.mainstay.client.Database;
import dev.mainstay.client.KeyValue;
import dev.mainstay.client.MainstayException;
import dev.mainstay.client.Operation;
import dev.mainstay.client.OperationResult;
import dev.mainstay.client.Transaction;
import dev.mainstay.client.TransactionResult;
import dev.mainstay.jepsen.checker.Availability;
import dev.mainstay.jepsen.checker.Checker;
import dev.mainstay.jepsen.checker.Level;
import dev.mainstay.jepsen.checker.ListAppend;
import dev.mainstay.jepsen.checker.RevisionFloor;
import dev.mainstay.jepsen.history.Failure;
import dev.mainstay.jepsen.workload.Client.Question;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/// Transactions that read lists and append to them, several keys at once.
///
/// `txn` of `[["r", key, null or [element, …]] or ["append", key, element], …]`. A transaction
/// reads all its keys at one revision, and commits if none of them has changed since; one without
/// appends is the read alone. Elements are never used twice.
final class AppendWorkload implements Workload {

    private static final int LIVE_KEYS = 8;
    private static final int CALLS_PER_KEY = 120;
    private static final double TRANSACTIONS_PER_SECOND = 9;
    private static final int OPERATIONS_MAX = 4;
    private static final int ATTEMPTS_MAX = 5;
    private static final int KEYS_PER_FINAL_READ = 4;

    private final RotatingKeys keys = new RotatingKeys(LIVE_KEYS, CALLS_PER_KEY);
    private final AtomicLong elements = new AtomicLong();

    @Override
    public String name() {
        return "append";
    }

    @Override
    public String about() {
        return "transactions that read and append to lists: strict serializable";
    }

    @Override
    public void begin(Site site) {}

    @Override
    public List<Worker> workers(Site site) {
        var place = new Place(site, name());
        List<Worker> workers = new ArrayList<>();
        for (var i = 0; i < 2 * site.nodes(); i++) {
            var client = place.client();
            var random = place.random(i);
            var node = i % site.nodes();
            workers.add(
                    new SteppingWorker(
                            TRANSACTIONS_PER_SECOND, () -> transact(place, client, node, random)));
        }
        return workers;
    }

    /// One micro-operation; `element` 0 = a read.
    private record Step(long key, long element) {

        boolean isAppend() {
            return element != 0;
        }
    }

    private List<Step> newSteps(RandomGenerator random) {
        List<Step> steps = new ArrayList<>();
        for (var i = random.nextInt(OPERATIONS_MAX); i >= 0; i--) {
            var key = keys.next(random);
            steps.add(new Step(key, random.nextBoolean() ? elements.incrementAndGet() : 0));
        }
        return steps;
    }

    private void transact(Place place, Client client, int node, RandomGenerator random)
            throws InterruptedException {
        var steps = newSteps(random);
        var isReadOnly = steps.stream().noneMatch(Step::isAppend);
        var about = Place.at(node, isReadOnly ? "strict" : "");
        var question = new Question("txn", asked(steps), about);
        var body = new Body(place, place.pinned(node), steps);
        if (isReadOnly) {
            var _ = client.read(question, body::run, Done::reply);
        } else if (client.write(question, body::run, Done::reply).isEmpty()) {
            steps.forEach(step -> keys.unknown(step.key()));
        }
    }

    private static Object asked(List<Step> steps) {
        List<Object> tree = new ArrayList<>();
        for (var step : steps) {
            tree.add(
                    step.isAppend()
                            ? Reply.tree("append", step.key(), step.element())
                            : Reply.tree("r", step.key(), null));
        }
        return List.copyOf(tree);
    }

    private record Done(Reply reply) {

        static Done committed(List<Object> tree, long revision) {
            return new Done(Reply.ok(tree, revision));
        }

        static Done declined(Failure why) {
            return new Done(new Reply.Declined(why));
        }
    }

    private static final Failure CONFLICT =
            new Failure(Failure.Kind.CONFLICT, "others were always faster");

    /// A list as one revision held it.
    private record Version(List<Long> elements, long modRevision) {}

    /// One transaction, tried again while others are faster: an attempt that lost had no effect.
    private record Body(Place place, Database database, List<Step> steps) {

        Done run() throws InterruptedException {
            for (var attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
                var done = attempt();
                if (done.isPresent()) {
                    return done.get();
                }
            }
            return Done.declined(CONFLICT);
        }

        /// Empty if others were faster.
        private Optional<Done> attempt() throws InterruptedException {
            Map<Long, Version> state = new LinkedHashMap<>();
            long revision;
            try {
                revision = read(state);
            } catch (MainstayException e) {
                // Nothing was sent that could change anything.
                return Optional.of(Done.declined(Attempt.ofRead(e).failure()));
            }
            return commit(state, revision);
        }

        private Optional<Done> commit(Map<Long, Version> state, long revision)
                throws InterruptedException {
            Map<Long, List<Long>> changed = new LinkedHashMap<>();
            List<Object> tree = new ArrayList<>();
            for (var step : steps) {
                var now = changed.getOrDefault(step.key(), elementsOf(state, step.key()));
                if (step.isAppend()) {
                    var longer = new ArrayList<>(now);
                    longer.add(step.element());
                    changed.put(step.key(), longer);
                    tree.add(Reply.tree("append", step.key(), step.element()));
                } else {
                    tree.add(Reply.tree("r", step.key(), List.copyOf(now)));
                }
            }
            if (changed.isEmpty()) {
                return Optional.of(Done.committed(tree, revision));
            }
            var result = database.transaction(writing(state, changed));
            return result.succeeded()
                    ? Optional.of(Done.committed(tree, result.revision()))
                    : Optional.empty();
        }

        private static List<Long> elementsOf(Map<Long, Version> state, long key) {
            var version = state.get(key);
            return version == null ? List.of() : version.elements();
        }

        /// Fills `state` with all keys at one revision, which it returns.
        private long read(Map<Long, Version> state) throws InterruptedException {
            var names = steps.stream().map(Step::key).distinct().toList();
            var gets =
                    names.stream()
                            .map(key -> Operation.get(place.key(key)))
                            .toArray(Operation[]::new);
            var result = database.transaction(Transaction.of(gets));
            for (var i = 0; i < gets.length; i++) {
                state.put(names.get(i), version(result, i));
            }
            return result.revision();
        }

        private Transaction writing(Map<Long, Version> state, Map<Long, List<Long>> changed) {
            List<Compare> conditions = new ArrayList<>();
            for (var entry : state.entrySet()) {
                conditions.add(
                        Compare.modRevision(place.key(entry.getKey()))
                                .equalTo(entry.getValue().modRevision()));
            }
            List<Operation> puts = new ArrayList<>();
            for (var entry : changed.entrySet()) {
                puts.add(Operation.put(place.key(entry.getKey()), text(entry.getValue())));
            }
            return Transaction.when(conditions.toArray(Compare[]::new))
                    .then(puts.toArray(Operation[]::new));
        }

        private static Version version(TransactionResult result, int place) {
            return switch (result.results().get(place)) {
                case OperationResult.Range(var range) ->
                        range.entry().map(Body::version).orElse(new Version(List.of(), 0));
                case OperationResult.Put _, OperationResult.Delete _, OperationResult.Nested _ ->
                        throw new AssertionError("not the answer to a read: " + result);
            };
        }

        private static Version version(KeyValue entry) {
            List<Long> elements = new ArrayList<>();
            for (var element : entry.value().text().split(",", -1)) {
                elements.add(Long.parseLong(element));
            }
            return new Version(List.copyOf(elements), entry.modRevision());
        }

        private static String text(List<Long> elements) {
            return String.join(",", elements.stream().map(String::valueOf).toList());
        }
    }

    /// Reads all keys that ever were, the newest ones at every node.
    @Override
    public void finish(Site site) throws InterruptedException {
        var place = new Place(site, name());
        var client = place.client();
        readAll(place, client, keys.all(), 1);
        readAll(place, client, keys.newest(1), site.nodes());
    }

    private static void readAll(Place place, Client client, List<Long> keys, int nodes)
            throws InterruptedException {
        for (var from = 0; from < keys.size(); from += KEYS_PER_FINAL_READ) {
            var to = Math.min(keys.size(), from + KEYS_PER_FINAL_READ);
            var steps = keys.subList(from, to).stream().map(key -> new Step(key, 0)).toList();
            for (var i = 0; i < nodes; i++) {
                var node = (from + i) % place.site().nodes();
                var body = new Body(place, place.pinned(node), steps);
                var question = new Question("txn", asked(steps), Place.at(node, "strict"));
                Client.insist(() -> client.read(question, body::run, Done::reply));
            }
        }
    }

    @Override
    public List<Checker> checkers() {
        return List.of(
                new ListAppend(Level.STRICT_SERIALIZABLE),
                new RevisionFloor(),
                Availability.ofCalls());
    }
}
