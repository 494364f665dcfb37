package dev.mainstay.jepsen.workload;

import dev.mainstay.client.KeyRange;
import dev.mainstay.client.RangeOptions;
import dev.mainstay.client.RangeResult;
import dev.mainstay.client.ReadMode;
import dev.mainstay.jepsen.checker.Availability;
import dev.mainstay.jepsen.checker.Checker;
import dev.mainstay.jepsen.checker.RevisionFloor;
import dev.mainstay.jepsen.checker.SetChecker;
import dev.mainstay.jepsen.history.About;
import dev.mainstay.jepsen.workload.Client.Question;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/// Sets of keys that only grow, read whole from random nodes; a full set is given up for a new one.
///
/// `add` of `[set, element]`, strict `read` of `[set, [element, …]]`. Elements are never used
/// twice.
final class SetWorkload implements Workload {

    private static final int ELEMENTS_PER_SET = 300;
    private static final double ADDS_PER_SECOND = 12;
    private static final double READS_PER_SECOND = 1;

    private final AtomicLong elements = new AtomicLong();

    @Override
    public String name() {
        return "set";
    }

    @Override
    public String about() {
        return "adds and full reads: nothing acknowledged is ever missing, nothing comes from"
                + " nowhere";
    }

    @Override
    public void begin(Site site) {}

    @Override
    public List<Worker> workers(Site site) {
        var place = new Place(site, name());
        List<Worker> workers = new ArrayList<>();
        for (var i = 0; i < site.nodes(); i++) {
            workers.add(adder(place, i));
            workers.add(reader(place, site.nodes() + i));
        }
        return workers;
    }

    private Worker adder(Place place, int who) {
        var client = place.client();
        return new SteppingWorker(ADDS_PER_SECOND / (who == 0 ? 1 : 2), () -> add(place, client));
    }

    private void add(Place place, Client client) throws InterruptedException {
        var element = elements.incrementAndGet();
        var tree = Reply.tree(setOf(element), element);
        var key = key(place, setOf(element)) + element;
        var _ =
                client.write(
                        new Question("add", tree, About.NOTHING),
                        () -> place.site().database().put(key, ""),
                        put -> Reply.ok(tree, put.revision()));
    }

    private Worker reader(Place place, int who) {
        var client = place.client();
        var random = place.random(who);
        return new SteppingWorker(READS_PER_SECOND, () -> read(place, client, random));
    }

    /// The live set, or the one before.
    private void read(Place place, Client client, RandomGenerator random)
            throws InterruptedException {
        var live = setOf(elements.get());
        var set = Math.max(0, live - (random.nextInt(4) == 0 ? 1 : 0));
        var _ = read(place, client, random.nextInt(place.site().nodes()), set);
    }

    private static Optional<RangeResult> read(Place place, Client client, int node, long set)
            throws InterruptedException {
        var range = KeyRange.prefix(key(place, set));
        var options = RangeOptions.DEFAULT.keysOnly().mode(ReadMode.strict());
        return client.read(
                new Question("read", Reply.tree(set, null), Place.at(node, "strict")),
                () -> place.pinned(node).getAll(range, options),
                found -> Reply.ok(Reply.tree(set, elements(found)), found.revision()));
    }

    private static List<Long> elements(RangeResult found) {
        List<Long> all = new ArrayList<>();
        found.entries().forEach(entry -> all.add(Place.lastOf(entry)));
        return List.copyOf(all);
    }

    private static long setOf(long element) {
        return element / ELEMENTS_PER_SET;
    }

    private static String key(Place place, long set) {
        return place.key(set) + "/";
    }

    /// Every set once, the last ones from every node.
    @Override
    public void finish(Site site) throws InterruptedException {
        var place = new Place(site, name());
        var client = place.client();
        var last = setOf(elements.get());
        for (var set = 0L; set <= last; set++) {
            var nodes = set >= last - 1 ? site.nodes() : 1;
            for (var i = 0; i < nodes; i++) {
                var node = (int) ((set + i) % site.nodes());
                var which = set;
                Client.insist(() -> read(place, client, node, which));
            }
        }
    }

    @Override
    public List<Checker> checkers() {
        return List.of(new SetChecker(), new RevisionFloor(), Availability.ofCalls());
    }
}
