package dev.mainstay.jepsen.workload;

import dev.mainstay.client.KeyRange;
import dev.mainstay.client.KeyValueStore;
import dev.mainstay.client.RangeOptions;
import dev.mainstay.client.RangeResult;
import dev.mainstay.client.ReadMode;
import dev.mainstay.client.Session;
import dev.mainstay.jepsen.checker.Availability;
import dev.mainstay.jepsen.checker.Checker;
import dev.mainstay.jepsen.checker.ReadModesChecker;
import dev.mainstay.jepsen.checker.RevisionFloor;
import dev.mainstay.jepsen.history.About;
import dev.mainstay.jepsen.workload.Client.Question;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/// Reads in every mode at every node, of a few keys that change all the time. Calls and values:
/// [ReadModesChecker].
final class ReadsWorkload implements Workload {

    private static final int KEYS = 6;
    private static final int DELETES_PERCENT = 10;
    private static final double WRITES_PER_SECOND = 12;
    private static final double READS_PER_SECOND = 10;
    private static final double SESSION_STEPS_PER_SECOND = 6;
    private static final long[] BOUNDS_MILLIS = {200, 500, 2000};

    private final AtomicLong values = new AtomicLong();

    @Override
    public String name() {
        return "reads";
    }

    @Override
    public String about() {
        return "strict, session, bounded and local reads at every node: each keeps its promise";
    }

    @Override
    public void begin(Site site) {}

    /// Per node one that reads in the modes of nodes; two that write; one session that roams, and
    /// one that goes from node to node with its token.
    @Override
    public List<Worker> workers(Site site) {
        var place = new Place(site, name());
        List<Worker> workers = new ArrayList<>();
        for (var node = 0; node < site.nodes(); node++) {
            var reader = new Hand(place, node, "reader" + node);
            var at = node;
            workers.add(new SteppingWorker(READS_PER_SECOND, () -> reader.readAt(at)));
        }
        for (var i = 0; i < 2; i++) {
            var writer = new Hand(place, site.nodes() + i, "writer" + i);
            workers.add(
                    new SteppingWorker(WRITES_PER_SECOND, () -> writer.write(site.database(), "")));
        }
        var roaming = new Hand(place, site.nodes() + 2, "roaming");
        var session = site.database().session();
        workers.add(
                new SteppingWorker(SESSION_STEPS_PER_SECOND, () -> roaming.useRoaming(session)));
        var wandering = new Hand(place, site.nodes() + 3, "wandering");
        workers.add(new SteppingWorker(SESSION_STEPS_PER_SECOND, wandering::useAnyNode));
        return workers;
    }

    /// One client with its name. For one thread.
    private final class Hand {

        private final Place place;
        private final Client client;
        private final RandomGenerator random;
        private final String name;
        private final KeyRange range;
        private long token;

        Hand(Place place, int who, String name) {
            this.place = place;
            this.client = place.client();
            this.random = place.random(who);
            this.name = name;
            this.range = KeyRange.prefix(place.root());
        }

        void readAt(int node) throws InterruptedException {
            switch (random.nextInt(4)) {
                case 0 -> {
                    var _ = read(node, "strict", ReadMode.strict());
                }
                case 1 -> {
                    var millis = BOUNDS_MILLIS[random.nextInt(BOUNDS_MILLIS.length)];
                    var _ =
                            read(
                                    node,
                                    "bounded:" + millis,
                                    ReadMode.bounded(Duration.ofMillis(millis)));
                }
                default -> {
                    var _ = read(node, "local", ReadMode.local());
                }
            }
        }

        private Optional<RangeResult> read(int node, String label, ReadMode mode)
                throws InterruptedException {
            return read(place.pinned(node), Place.at(node, label), RangeOptions.DEFAULT.mode(mode));
        }

        private Optional<RangeResult> read(KeyValueStore store, About about, RangeOptions options)
                throws InterruptedException {
            var asked = token;
            var found =
                    client.read(
                            new Question("read", Reply.tree(name, asked, null, null), about),
                            () -> store.getAll(range, options),
                            answer -> Reply.ok(tree(asked, answer), answer.revision()));
            found.ifPresent(answer -> saw(answer.revision()));
            return found;
        }

        private Object tree(long asked, RangeResult answer) {
            List<Object> rows = new ArrayList<>();
            for (var entry : answer.entries()) {
                var key = entry.key().text().substring(place.root().length());
                rows.add(Reply.tree(key, Place.valueOf(entry), entry.modRevision()));
            }
            var staleness = answer.staleness();
            return Reply.tree(name, asked, staleness == null ? -1L : staleness.toMillis(), rows);
        }

        private void saw(long revision) {
            token = Math.max(token, revision);
        }

        /// @param node to which `store` is bound; empty if to none
        void write(KeyValueStore store, String node) throws InterruptedException {
            var key = "k" + random.nextInt(KEYS);
            var isDelete = random.nextInt(100) < DELETES_PERCENT;
            var value = isDelete ? 0 : values.incrementAndGet();
            var tree = Reply.tree(name, isDelete ? "delete" : "put", key, value);
            var done =
                    client.write(
                            new Question("write", tree, About.node(node)),
                            () ->
                                    isDelete
                                            ? store.delete(place.key(key)).revision()
                                            : store.put(place.key(key), Long.toString(value))
                                                    .revision(),
                            revision -> Reply.ok(tree, revision));
            done.ifPresent(this::saw);
        }

        /// The SDK keeps the token.
        void useRoaming(Session session) throws InterruptedException {
            if (random.nextInt(3) == 0) {
                write(session, "");
            } else {
                var options = RangeOptions.DEFAULT;
                var _ = read(session, About.NOTHING.withMode("session"), options);
            }
        }

        /// The token is carried by hand from node to node.
        void useAnyNode() throws InterruptedException {
            var node = random.nextInt(place.site().nodes());
            if (random.nextInt(3) == 0) {
                write(place.pinned(node), Site.nodeName(node));
            } else {
                var _ = read(node, "session", ReadMode.session(token));
            }
        }
    }

    @Override
    public void finish(Site site) throws InterruptedException {
        var hand = new Hand(new Place(site, name()), site.nodes() + 4, "last");
        for (var node = 0; node < site.nodes(); node++) {
            var at = node;
            Client.insist(() -> hand.read(at, "strict", ReadMode.strict()));
            Client.insist(() -> hand.read(at, "local", ReadMode.local()));
        }
    }

    @Override
    public List<Checker> checkers() {
        return List.of(new ReadModesChecker(), new RevisionFloor(), Availability.ofReaders());
    }
}
