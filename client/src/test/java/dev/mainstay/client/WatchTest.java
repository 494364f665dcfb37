package dev.mainstay.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WatchTest {

    private static final Duration SOON = Duration.ofSeconds(5);

    private final FakeCluster cluster = new FakeCluster();
    private final Database database = cluster.connect();

    @AfterEach
    void close() {
        database.close();
        cluster.close();
    }

    private void put(int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            var _ = database.put("k" + i, "v");
        }
    }

    private static List<Long> take(Watch watch, int count) throws InterruptedException {
        var revisions = new ArrayList<Long>();
        while (revisions.size() < count) {
            revisions.add(watch.next(SOON).orElseThrow().revision());
        }
        return revisions;
    }

    @Test
    void changesOfOneRevision_comeTogether() throws InterruptedException {
        try (var watch = database.watch(KeyRange.prefix("k"))) {
            var _ =
                    database.transaction(
                            Transaction.of(Operation.put("k1", "x"), Operation.put("k2", "y")));

            var batch = watch.next(SOON).orElseThrow();

            assertThat(batch.revision()).isEqualTo(2);
            assertThat(batch.events()).extracting(e -> e.entry().key().text()).contains("k1", "k2");
            assertThat(watch.token()).isEqualTo(2);
        }
    }

    @Test
    void brokenStream_goesOnElsewhere_withoutGapOrDouble() throws InterruptedException {
        try (var watch = database.watch(KeyRange.prefix("k"))) {
            put(3);
            assertThat(take(watch, 2)).containsExactly(2L, 3L);

            cluster.node(FakeCluster.A).watches.breakAll();
            put(3);

            assertThat(take(watch, 4)).containsExactly(4L, 5L, 6L, 7L);
            assertThat(cluster.node(FakeCluster.A).watches.created()).hasSize(1);
        }
    }

    @Test
    void streamBrokenBeforeAnyEvent_goesOnWhereItBegan() throws InterruptedException {
        put(2);
        try (var watch = database.watch(KeyRange.prefix("k"))) {
            cluster.node(FakeCluster.A).stop();
            put(1);

            assertThat(take(watch, 1)).containsExactly(4L);
        }
    }

    @Test
    void manyBreaks_loseNothing() throws InterruptedException {
        try (var watch = database.watch(KeyRange.prefix("k"))) {
            var expected = new ArrayList<Long>();
            for (int round = 0; round < 20; round++) {
                put(3);
                cluster.eachNode(n -> n.watches.breakAll());
                for (int i = 0; i < 3; i++) {
                    expected.add(2L + round * 3L + i);
                }
            }

            assertThat(take(watch, 60)).isEqualTo(expected);
        }
    }

    @Test
    void slowReader_slowsTheNode() throws InterruptedException {
        try (var watch = database.watch(KeyRange.prefix("k"))) {
            put(100);
            assertThat(cluster.node(FakeCluster.A).watches.answers()).isLessThan(20);

            assertThat(take(watch, 100)).hasSize(100).isSorted();
        }
    }

    @Test
    void compactedStart_isSaid_withTheRevisionThatIsLeft() throws InterruptedException {
        put(5);
        cluster.eachNode(n -> n.watches.compactTo(4));

        try (var watch = database.watch(KeyRange.prefix("k"), WatchOptions.DEFAULT.startingAt(2))) {
            assertThatThrownBy(() -> watch.next(SOON))
                    .isInstanceOfSatisfying(
                            CompactedException.class,
                            e -> assertThat(e.compactRevision()).isEqualTo(4));
        }
    }

    @Test
    void progress_movesTheToken_andWhereItResumes() throws InterruptedException {
        try (var watch = database.watch(KeyRange.prefix("other"))) {
            put(3);
            cluster.node(FakeCluster.A).watches.progress(4);
            Await.until("the token moves", () -> watch.token() == 4);

            cluster.node(FakeCluster.A).watches.breakAll();

            Await.until(
                    "it resumes after what it knows",
                    () ->
                            cluster.node(FakeCluster.B).watches.created().stream()
                                            .anyMatch(c -> c.getStartRevision() == 5)
                                    || cluster.node(FakeCluster.C).watches.created().stream()
                                            .anyMatch(c -> c.getStartRevision() == 5));
        }
    }

    @Test
    void close_wakesWhoWaits() throws InterruptedException {
        var watch = database.watch(KeyRange.prefix("k"));
        var reader =
                Thread.ofVirtual()
                        .start(() ->
                                assertThatThrownBy(() -> watch.next(SOON))
                                        .isInstanceOf(IllegalStateException.class));

        watch.close();

        assertThat(reader.join(Duration.ofSeconds(1))).isTrue();
    }

    @Test
    void publisher_givesWhatIsAskedFor_andNoMore() throws InterruptedException {
        var watch = database.watch(KeyRange.prefix("k"));
        var reader = new Reader();
        watch.publisher().subscribe(reader);
        put(3);

        reader.ask(2);
        Await.until("two come", () -> reader.revisions.size() == 2);
        reader.ask(1);
        Await.until("the third comes", () -> reader.revisions.size() == 3);
        assertThat(reader.revisions).containsExactly(2L, 3L, 4L);
        watch.close();
        reader.ask(1);

        Await.until("it completes", () -> reader.isComplete);
    }

    @Test
    void noNode_isSaid() {
        cluster.eachNode(FakeNode::stop);
        var hurried = database.withTimeout(Duration.ofMillis(200));

        assertThatThrownBy(() -> hurried.watch(KeyRange.prefix("k")))
                .isInstanceOf(UnavailableException.class);
    }

    private static final class Reader implements Flow.Subscriber<WatchBatch> {

        private final List<Long> revisions = new CopyOnWriteArrayList<>();
        private volatile Flow.@Nullable Subscription subscription;
        private volatile boolean isComplete;

        void ask(int count) {
            Objects.requireNonNull(subscription).request(count);
        }

        @Override
        public void onSubscribe(Flow.Subscription begun) {
            subscription = begun;
        }

        @Override
        public void onNext(WatchBatch batch) {
            revisions.add(batch.revision());
        }

        @Override
        public void onError(Throwable failure) {
            throw new AssertionError(failure);
        }

        @Override
        public void onComplete() {
            isComplete = true;
        }
    }
}
