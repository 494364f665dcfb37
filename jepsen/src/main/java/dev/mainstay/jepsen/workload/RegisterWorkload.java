package dev.mainstay.jepsen.workload;

import dev.mainstay.client.Database;
import dev.mainstay.client.RangeResult;
import dev.mainstay.client.ReadMode;
import dev.mainstay.jepsen.checker.Availability;
import dev.mainstay.jepsen.checker.Checker;
import dev.mainstay.jepsen.checker.Linearizability;
import dev.mainstay.jepsen.checker.RegisterModel;
import dev.mainstay.jepsen.checker.RevisionFloor;
import dev.mainstay.jepsen.history.About;
import dev.mainstay.jepsen.workload.Client.Question;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/// Registers, written with values that are never used twice, and read strictly from every node.
///
/// `write` of `[key, value]`, `read` of `[key, value]`; a key that does not exist reads as 0.
final class RegisterWorkload implements Workload {

    static final int LIVE_KEYS = 5;
    static final int CALLS_PER_KEY = 300;
    private static final double READS_PER_SECOND = 14;
    private static final double WRITES_PER_SECOND = 11;

    private final RotatingKeys keys = new RotatingKeys(LIVE_KEYS, CALLS_PER_KEY);
    private final AtomicLong values = new AtomicLong();

    @Override
    public String name() {
        return "register";
    }

    @Override
    public String about() {
        return "puts, and strict reads at every node: linearizable per key";
    }

    @Override
    public void begin(Site site) {}

    @Override
    public List<Worker> workers(Site site) {
        var place = new Place(site, name());
        List<Worker> workers = new ArrayList<>();
        for (var node = 0; node < site.nodes(); node++) {
            workers.add(reader(place, node));
            workers.add(writer(place, node));
        }
        return workers;
    }

    private Worker reader(Place place, int node) {
        var client = place.client();
        var random = place.random(2 * node);
        return new SteppingWorker(
                READS_PER_SECOND,
                () -> {
                    var _ = read(place, client, node, keys.next(random));
                });
    }

    /// Half of its writes go through its node, half to where the SDK wants.
    private Worker writer(Place place, int node) {
        var client = place.client();
        var random = place.random(2 * node + 1);
        return new SteppingWorker(WRITES_PER_SECOND, () -> write(place, client, node, random));
    }

    private void write(Place place, Client client, int node, RandomGenerator random)
            throws InterruptedException {
        var key = keys.next(random);
        var value = values.incrementAndGet();
        var isPinned = random.nextBoolean();
        Database database = isPinned ? place.pinned(node) : place.site().database();
        var about = isPinned ? Place.at(node, "") : About.NOTHING;
        var tree = Reply.tree(key, value);
        var result =
                client.write(
                        new Question("write", tree, about),
                        () -> database.put(place.key(key), Long.toString(value)),
                        put -> Reply.ok(tree, put.revision()));
        if (result.isEmpty()) {
            keys.unknown(key);
        }
    }

    /// One strict read at one node.
    static Optional<RangeResult> read(Place place, Client client, int node, long key)
            throws InterruptedException {
        return client.read(
                new Question("read", Reply.tree(key, null), Place.at(node, "strict")),
                () -> place.pinned(node).get(place.key(key), ReadMode.strict()),
                found -> Reply.ok(Reply.tree(key, Place.valueOf(found)), found.revision()));
    }

    @Override
    public void finish(Site site) throws InterruptedException {
        var place = new Place(site, name());
        finalReads(place, keys);
    }

    /// Reads the newest keys at every node.
    static void finalReads(Place place, RotatingKeys keys) throws InterruptedException {
        var client = place.client();
        for (var key : keys.newest(2)) {
            for (var node = 0; node < place.site().nodes(); node++) {
                var at = node;
                Client.insist(() -> read(place, client, at, key));
            }
        }
    }

    @Override
    public List<Checker> checkers() {
        return List.of(
                new Linearizability(new RegisterModel()),
                new RevisionFloor(),
                Availability.ofReaders());
    }
}
