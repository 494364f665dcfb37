package dev.mainstay.jepsen.workload;

import dev.mainstay.jepsen.checker.Availability;
import dev.mainstay.jepsen.checker.Checker;
import dev.mainstay.jepsen.checker.LeaseChecker;
import dev.mainstay.jepsen.checker.LockChecker;
import dev.mainstay.jepsen.checker.RevisionFloor;
import dev.mainstay.jepsen.history.About;
import dev.mainstay.jepsen.workload.Client.Question;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// Leases that are kept alive, revoked, or left to run out, with a key each; and locks with fencing
/// tokens. Calls and values: [LeaseChecker], [LockChecker].
final class LeaseWorkload implements Workload {

    private static final double LEASE_STEPS_PER_SECOND = 3;
    private static final double LOCK_STEPS_PER_SECOND = 3;
    private static final double TERMS_PER_SECOND = 2;
    private static final Duration TERM_TIMEOUT = Duration.ofMillis(500);
    private static final Duration SLACK = Duration.ofSeconds(8);
    private static final int LOCKS = 2;

    private final AtomicLong leases = new AtomicLong();

    @Override
    public String name() {
        return "lease";
    }

    @Override
    public String about() {
        return "leases live as long as they are kept alive, and end; old fencing tokens change"
                + " nothing";
    }

    @Override
    public void begin(Site site) {}

    @Override
    public List<Worker> workers(Site site) {
        var place = new Place(site, name());
        List<Worker> workers = new ArrayList<>();
        var who = 0;
        for (var i = 0; i < site.nodes(); i++) {
            var holder = new LeaseHolder(place, who++, leases);
            workers.add(new SteppingWorker(LEASE_STEPS_PER_SECOND, holder::step, holder::close));
        }
        for (var i = 0; i < 2 * LOCKS; i++) {
            var holder = new LockHolder(place, who++, i % LOCKS);
            workers.add(new SteppingWorker(LOCK_STEPS_PER_SECOND, holder::step, holder::close));
        }
        for (var node = 0; node < site.nodes(); node++) {
            workers.add(termWatcher(place, node));
        }
        return workers;
    }

    /// Takes down who leads, as one node knows it.
    private static Worker termWatcher(Place place, int node) {
        var client = place.client();
        var database = place.pinned(node).withTimeout(TERM_TIMEOUT);
        return new SteppingWorker(
                TERMS_PER_SECOND,
                () -> {
                    var about = Place.at(node, "");
                    var _ =
                            client.read(
                                    new Question("term", Reply.tree((Object) null), about),
                                    () -> database.admin().status(),
                                    status ->
                                            new Reply.Ok(
                                                    Reply.tree(leader(status.leader())),
                                                    0,
                                                    status.term()));
                });
    }

    private static String leader(long id) {
        return id == 0 ? "" : Long.toHexString(id);
    }

    @Override
    public void finish(Site site) {
        // Every lease was looked at until it was gone, or runs out unseen.
    }

    @Override
    public List<Checker> checkers() {
        return List.of(
                new LeaseChecker(SLACK),
                new LockChecker(),
                new RevisionFloor(),
                Availability.ofCalls());
    }

    static Question question(String function, Object value) {
        return new Question(function, value, About.NOTHING);
    }
}
