package dev.mainstay.jepsen.torture;

import dev.mainstay.client.Database;
import dev.mainstay.client.Mainstay;
import dev.mainstay.jepsen.history.Recorder;
import dev.mainstay.jepsen.workload.Site;
import java.time.Duration;
import java.util.List;

/// The connection that all workers share.
final class Clients implements AutoCloseable {

    // A silent node is given up on before the call is over.
    private static final int ATTEMPTS_PER_CALL = 4;

    private final List<String> endpoints;
    private final Database database;
    private final Duration call;

    private Clients(List<String> endpoints, Database database, Duration call) {
        this.endpoints = endpoints;
        this.database = database;
        this.call = call;
    }

    /// Returns at once, whether or not anybody answers.
    static Clients connect(List<String> endpoints, Duration call) {
        var database =
                Mainstay.builder(endpoints.toArray(String[]::new))
                        .timeout(call)
                        .attemptTimeout(call.dividedBy(ATTEMPTS_PER_CALL))
                        // Nodes call each other by names that only they know.
                        .discovers(false)
                        .connect();
        return new Clients(endpoints, database, call);
    }

    Site site(Recorder recorder, long seed, String prefix) {
        var pinned = endpoints.stream().map(database::pinned).toList();
        return new Site(endpoints, database, pinned, recorder, seed, prefix, call);
    }

    Database database() {
        return database;
    }

    @Override
    public void close() {
        database.close();
    }
}
