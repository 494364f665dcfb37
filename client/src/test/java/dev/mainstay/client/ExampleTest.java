package dev.mainstay.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/// The example of DESIGN.md, tried.
class ExampleTest {

    @Test
    void example_doesWhatDesignSays() throws InterruptedException {
        try (var cluster = new FakeCluster();
                var database = cluster.connect()) {
            example(database);
            assertThat(database.get("stock/apples").value()).contains(Bytes.of("7"));
        }
    }

    private static void example(Database database) throws InterruptedException {
        var seen = database.put("stock/apples", "10");

        try (var watch = database.watch(KeyRange.prefix("stock/"));
                var lease = database.leases().grant(Duration.ofSeconds(10));
                var lock =
                        database.lock("locks/stock", lease, Duration.ofSeconds(5)).orElseThrow()) {
            var sale =
                    Transaction.when(
                                    lock.held(),
                                    Compare.createRevision("stock/apples").equalTo(seen.revision()))
                            .then(Operation.put("stock/apples", "7"))
                            .withId(database.newTransactionId());
            try {
                assert database.transaction(sale).succeeded();
            } catch (OutcomeUnknownException e) {
                // Settled for good: what was not carried out by now never will be.
                assert database.outcome(e.id()).state() == Outcome.State.COMMITTED;
            }
            var batch = watch.next(Duration.ofSeconds(1)).orElseThrow();
            assert batch.events().getFirst().entry().value().text().equals("7");
        }
    }
}
