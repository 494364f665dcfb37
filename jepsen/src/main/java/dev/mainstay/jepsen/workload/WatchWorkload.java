package dev.mainstay.jepsen.workload;

import dev.mainstay.client.KeyRange;
import dev.mainstay.client.Operation;
import dev.mainstay.client.OperationResult;
import dev.mainstay.client.RangeOptions;
import dev.mainstay.client.RangeResult;
import dev.mainstay.client.ReadMode;
import dev.mainstay.client.Transaction;
import dev.mainstay.client.TransactionResult;
import dev.mainstay.jepsen.checker.Availability;
import dev.mainstay.jepsen.checker.Checker;
import dev.mainstay.jepsen.checker.RevisionFloor;
import dev.mainstay.jepsen.checker.WatchChecker;
import dev.mainstay.jepsen.history.About;
import dev.mainstay.jepsen.workload.Client.Question;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/// Watchers that are bound to nodes and watchers that fail over, while keys change one at a time
/// and several at once, and history is compacted. Calls and values: [WatchChecker].
final class WatchWorkload implements Workload {

    private static final int LIVE_KEYS = 8;
    private static final int CALLS_PER_KEY = 60;
    private static final int WRITERS = 3;
    private static final double WRITES_PER_SECOND = 7;
    private static final double LOOKS_PER_SECOND = 2;
    private static final double COMPACTIONS_PER_SECOND = 0.3;
    private static final int ROAMING = 2;
    private static final int DELETES_PERCENT = 20;
    private static final int KEYS_AT_ONCE_MAX = 4;
    // Mostly far behind, so that watchers can come back; sometimes so near that some cannot.
    private static final long FAR = 4_000;
    private static final long NEAR = 60;
    private static final int NEAR_PERCENT = 20;
    private static final int TRIES = 20;

    private final RotatingKeys keys = new RotatingKeys(LIVE_KEYS, CALLS_PER_KEY);
    private final AtomicLong values = new AtomicLong();
    private final AtomicLong newest = new AtomicLong();
    private final List<Watcher> watchers = new CopyOnWriteArrayList<>();

    @Override
    public String name() {
        return "watch";
    }

    @Override
    public String about() {
        return "every watcher sees every change exactly once, whole, and in order";
    }

    @Override
    public void begin(Site site) {}

    @Override
    public List<Worker> workers(Site site) {
        var place = new Place(site, name());
        List<Worker> workers = new ArrayList<>();
        var who = 0;
        for (var i = 0; i < WRITERS; i++) {
            var client = place.client();
            var random = place.random(who++);
            workers.add(new SteppingWorker(WRITES_PER_SECOND, () -> write(place, client, random)));
        }
        for (var node = 0; node < site.nodes(); node++) {
            add(new Watcher(place, who++, "n" + node + "-now", node), workers);
            add(new Watcher(place, who++, "n" + node + "-old", node), workers);
        }
        for (var i = 0; i < ROAMING; i++) {
            add(new Watcher(place, who++, "roaming-" + i, Watcher.ANY_NODE), workers);
        }
        var client = place.client();
        var random = place.random(who);
        workers.add(
                new SteppingWorker(COMPACTIONS_PER_SECOND, () -> compact(place, client, random)));
        return workers;
    }

    private void add(Watcher watcher, List<Worker> workers) {
        watchers.add(watcher);
        workers.add(new SteppingWorker(LOOKS_PER_SECOND, watcher::step, watcher::close));
    }

    /// One change of one key; value 0 = a delete.
    private record Change(long key, long value) {

        Operation operation(Place place) {
            return value == 0
                    ? Operation.delete(name(place))
                    : Operation.put(name(place), Long.toString(value));
        }

        private String name(Place place) {
            return place.key("k" + key);
        }

        /// @param deleted null = not known
        Object tree(Place place, @org.jspecify.annotations.Nullable Object deleted) {
            var name = name(place).substring(place.root().length());
            return value == 0
                    ? Reply.tree("delete", name, deleted)
                    : Reply.tree("put", name, value);
        }
    }

    private void write(Place place, Client client, RandomGenerator random)
            throws InterruptedException {
        var several = random.nextInt(4) == 0 ? random.nextInt(2, KEYS_AT_ONCE_MAX + 1) : 1;
        var chosen = new TreeSet<Long>();
        for (var i = 0; i < several; i++) {
            chosen.add(keys.next(random));
        }
        List<Change> changes = new ArrayList<>();
        for (var key : chosen) {
            var isDelete = random.nextInt(100) < DELETES_PERCENT;
            changes.add(new Change(key, isDelete ? 0 : values.incrementAndGet()));
        }
        if (!write("write", place, client, changes)) {
            chosen.forEach(keys::unknown);
        }
    }

    private boolean write(String function, Place place, Client client, List<Change> changes)
            throws InterruptedException {
        List<Object> tree = new ArrayList<>();
        changes.forEach(change -> tree.add(change.tree(place, null)));
        var operations =
                changes.stream().map(change -> change.operation(place)).toArray(Operation[]::new);
        var done =
                client.write(
                        new Question(function, List.copyOf(tree), About.NOTHING),
                        () -> place.site().database().transaction(Transaction.of(operations)),
                        result -> Reply.ok(tree(place, changes, result), result.revision()));
        done.ifPresent(result -> newest.accumulateAndGet(result.revision(), Math::max));
        return done.isPresent();
    }

    private static Object tree(Place place, List<Change> changes, TransactionResult result) {
        List<Object> tree = new ArrayList<>();
        for (var i = 0; i < changes.size(); i++) {
            var isDelete =
                    !result.detailsLost()
                            && result.results().get(i) instanceof OperationResult.Delete;
            var deleted =
                    isDelete ? ((OperationResult.Delete) result.results().get(i)).deleted() : null;
            tree.add(changes.get(i).tree(place, deleted));
        }
        return List.copyOf(tree);
    }

    private void compact(Place place, Client client, RandomGenerator random)
            throws InterruptedException {
        var revision = newest.get() - (random.nextInt(100) < NEAR_PERCENT ? NEAR : FAR);
        if (revision <= 0) {
            return;
        }
        var tree = Reply.tree(revision);
        var _ =
                client.write(
                        new Question("compact", tree, About.NOTHING.withMode("compact")),
                        () -> {
                            place.site().database().admin().compact(revision);
                            return tree;
                        },
                        _ -> Reply.ok(tree, 0));
    }

    /// A last write, which all watchers must come to see; then the content at every node.
    @Override
    public void finish(Site site) throws InterruptedException {
        var place = new Place(site, name());
        var client = place.client();
        for (var i = 0; i < TRIES; i++) {
            var last = new Change(keys.next(place.random(i)), values.incrementAndGet());
            if (write("marker", place, client, List.of(last))) {
                break;
            }
        }
        for (var watcher : watchers) {
            watcher.catchUp(newest.get());
        }
        for (var node = 0; node < site.nodes(); node++) {
            content(place, client, node);
        }
    }

    private static void content(Place place, Client client, int node) throws InterruptedException {
        var options = RangeOptions.DEFAULT.mode(ReadMode.strict());
        var _ =
                client.read(
                        new Question(
                                "content", Reply.tree((Object) null), Place.at(node, "strict")),
                        () -> place.pinned(node).getAll(KeyRange.prefix(place.root()), options),
                        found ->
                                Reply.ok(
                                        Reply.tree((Object) rows(place, found)), found.revision()));
    }

    private static List<Object> rows(Place place, RangeResult found) {
        List<Object> rows = new ArrayList<>();
        for (var entry : found.entries()) {
            rows.add(
                    Reply.tree(
                            entry.key().text().substring(place.root().length()),
                            Place.valueOf(entry),
                            entry.createRevision(),
                            entry.modRevision(),
                            entry.version()));
        }
        return List.copyOf(rows);
    }

    @Override
    public List<Checker> checkers() {
        return List.of(new WatchChecker(), new RevisionFloor(), Availability.ofCalls());
    }
}
