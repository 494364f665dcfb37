package dev.mainstay.bench.load;

import dev.mainstay.client.Compare;
import dev.mainstay.client.Database;
import dev.mainstay.client.Mainstay;
import dev.mainstay.client.MainstayException;
import dev.mainstay.client.Operation;
import dev.mainstay.client.Transaction;
import dev.mainstay.jepsen.cluster.KvCluster;
import java.time.Duration;

/// Writes through the SDK: sent again until they are answered, carried out once.
final class SdkWrites implements Writes {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Database database;

    SdkWrites(KvCluster cluster) {
        database =
                Mainstay.builder(cluster.endpoints().toArray(String[]::new))
                        .timeout(TIMEOUT)
                        .connect();
    }

    @Override
    public Answer put(String key, String value) throws InterruptedException {
        try {
            database.put(key, value);
            return Answer.ACKNOWLEDGED;
        } catch (MainstayException e) {
            return e.isMaybeCommitted() ? Answer.UNKNOWN : Answer.REFUSED;
        }
    }

    @Override
    public Answer increment(String key) throws InterruptedException {
        try {
            while (true) {
                var entry = database.get(key).entry();
                var count = entry.map(e -> Long.parseLong(e.value().text())).orElse(0L);
                var revision = entry.map(e -> e.modRevision()).orElse(0L);
                var write =
                        Transaction.when(Compare.modRevision(key).equalTo(revision))
                                .then(Operation.put(key, Long.toString(count + 1)));
                if (database.transaction(write).succeeded()) {
                    return Answer.ACKNOWLEDGED;
                }
            }
        } catch (MainstayException e) {
            return e.isMaybeCommitted() ? Answer.UNKNOWN : Answer.REFUSED;
        }
    }

    @Override
    public void close() {
        database.close();
    }
}
