package dev.mainstay.jepsen.workload;

import dev.mainstay.client.Compare;
import dev.mainstay.client.Database;
import dev.mainstay.client.Operation;
import dev.mainstay.client.RangeResult;
import dev.mainstay.client.Transaction;
import dev.mainstay.jepsen.checker.Availability;
import dev.mainstay.jepsen.checker.Checker;
import dev.mainstay.jepsen.checker.Linearizability;
import dev.mainstay.jepsen.checker.RegisterModel;
import dev.mainstay.jepsen.checker.RevisionFloor;
import dev.mainstay.jepsen.history.About;
import dev.mainstay.jepsen.workload.Client.Question;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/// Compare-and-set by value and by revision, with deletes, and strict reads from every node.
///
/// `cas` of `[key, [old, new]]`, `write` of `[key, 0]`: a delete, `read` of `[key, value]`; a key
/// that does not exist is 0. A value is put only once, so comparing the revision that put it and
/// comparing it come to the same.
final class CasWorkload implements Workload {

    private static final double STEPS_PER_SECOND = 6;
    private static final int DELETES_PERCENT = 10;

    private final RotatingKeys keys =
            new RotatingKeys(RegisterWorkload.LIVE_KEYS, RegisterWorkload.CALLS_PER_KEY / 2);
    private final AtomicLong values = new AtomicLong();

    @Override
    public String name() {
        return "cas";
    }

    @Override
    public String about() {
        return "compare-and-set by value and by revision, deletes, strict reads: linearizable";
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
                    new SteppingWorker(STEPS_PER_SECOND, () -> step(place, client, node, random)));
        }
        return workers;
    }

    /// Reads a key, then changes what it saw, or deletes it.
    private void step(Place place, Client client, int node, RandomGenerator random)
            throws InterruptedException {
        var key = keys.next(random);
        var seen = RegisterWorkload.read(place, client, node, key);
        var isPinned = random.nextBoolean();
        var database = isPinned ? place.pinned(node) : place.site().database();
        var writer = new Writer(client, database, isPinned ? Place.at(node, "") : About.NOTHING);
        if (random.nextInt(100) < DELETES_PERCENT) {
            delete(writer, place.key(key), key);
        } else if (seen.isPresent()) {
            var change = new Change(place.key(key), key, Place.valueOf(seen.get()));
            cas(
                    writer,
                    change,
                    random.nextBoolean() ? change.byValue() : byRevision(change, seen.get()));
        }
    }

    private record Writer(Client client, Database database, About about) {}

    private record Change(String name, long key, long old) {

        Compare byValue() {
            return old == 0
                    ? Compare.absent(name)
                    : Compare.value(name).equalTo(Long.toString(old));
        }
    }

    private static Compare byRevision(Change change, RangeResult seen) {
        return Compare.modRevision(change.name()).equalTo(Place.modRevisionOf(seen));
    }

    private void cas(Writer writer, Change change, Compare condition) throws InterruptedException {
        var value = values.incrementAndGet();
        var tree = Reply.tree(change.key(), Reply.tree(change.old(), value));
        var put = Operation.put(change.name(), Long.toString(value));
        var done =
                writer.client()
                        .write(
                                new Question("cas", tree, writer.about()),
                                () ->
                                        writer.database()
                                                .transaction(Transaction.when(condition).then(put)),
                                result ->
                                        result.succeeded()
                                                ? Reply.ok(tree, result.revision())
                                                : Reply.differs());
        if (done.isEmpty()) {
            keys.unknown(change.key());
        }
    }

    private void delete(Writer writer, String name, long key) throws InterruptedException {
        var tree = Reply.tree(key, 0L);
        var done =
                writer.client()
                        .write(
                                new Question("write", tree, writer.about()),
                                () -> writer.database().delete(name),
                                result -> Reply.ok(tree, result.revision()));
        if (done.isEmpty()) {
            keys.unknown(key);
        }
    }

    @Override
    public void finish(Site site) throws InterruptedException {
        RegisterWorkload.finalReads(new Place(site, name()), keys);
    }

    @Override
    public List<Checker> checkers() {
        return List.of(
                new Linearizability(new RegisterModel()),
                new RevisionFloor(),
                Availability.ofReaders());
    }
}
