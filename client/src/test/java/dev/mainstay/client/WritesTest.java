package dev.mainstay.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mainstay.client.FakeNode.Fate;
import dev.mainstay.client.proto.CommitRequest;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WritesTest {

    private final FakeCluster cluster = new FakeCluster();
    private final Database database = cluster.connect();

    @AfterEach
    void close() {
        database.close();
        cluster.close();
    }

    private List<CommitRequest> commits() {
        return Stream.of(FakeCluster.A, FakeCluster.B, FakeCluster.C)
                .flatMap(a -> cluster.node(a).commits.stream())
                .toList();
    }

    @Test
    void put_isReadBack() throws InterruptedException {
        var put = database.put("k", "v");

        var read = database.get("k");
        assertThat(read.value()).contains(Bytes.of("v"));
        assertThat(read.revision()).isEqualTo(put.revision()).isEqualTo(2);
        assertThat(read.node()).isEqualTo(FakeCluster.A);
        assertThat(read.staleness()).isNull();
    }

    @Test
    void write_goesToTheLeader_onceItIsKnown() throws InterruptedException {
        cluster.leader(FakeCluster.C);
        try (var other = cluster.connect()) {
            Await.until("a write goes to the leader", () -> writtenAtC(other));
        }
    }

    private static boolean writtenAtC(Database other) {
        try {
            return other.put("k", "v").node().equals(FakeCluster.C);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void lostAnswer_isAskedForAgain_underOneId_andCarriedOutOnce() throws InterruptedException {
        cluster.eachNode(n -> n.plan(Fate.SERVE_AND_LOSE));

        var result = database.transaction(Transaction.of(Operation.put("k", "v")));

        assertThat(result.repeated()).isTrue();
        assertThat(cluster.revision()).isEqualTo(2);
        assertThat(commits()).hasSizeGreaterThan(1);
        assertThat(commits().stream().map(CommitRequest::getId).distinct()).hasSize(1);
        assertThat(commits().stream().map(CommitRequest::getSince).distinct()).containsExactly(1L);
        assertThat(commits().stream().filter(c -> !c.getRepeatedAttempt())).hasSize(1);
    }

    @Test
    void refusedAttempts_areNotMarkedAsRepeated() throws InterruptedException {
        cluster.eachNode(n -> n.plan(Fate.NO_LEADER));

        var _ = database.put("k", "v");

        assertThat(commits()).hasSizeGreaterThan(1).noneMatch(CommitRequest::getRepeatedAttempt);
    }

    @Test
    void silentNode_isLeftForAnother() throws InterruptedException {
        cluster.node(FakeCluster.A).always(Fate.HANG);

        var put = database.put("k", "v");

        assertThat(put.node()).isNotEqualTo(FakeCluster.A);
    }

    @Test
    void stoppedNode_isLeftForAnother() throws InterruptedException {
        cluster.node(FakeCluster.A).stop();

        assertThat(database.put("k", "v").node()).isNotEqualTo(FakeCluster.A);
        assertThat(database.get("k").node()).isNotEqualTo(FakeCluster.A);
    }

    @Test
    void noLeader_forTheWholeDeadline_saysSo_andNothingWasSent() {
        cluster.leader("");
        cluster.eachNode(n -> n.always(Fate.NO_LEADER));
        var hurried = database.withTimeout(Duration.ofMillis(300));

        assertThatThrownBy(() -> hurried.put("k", "v"))
                .isInstanceOfSatisfying(
                        NoLeaderException.class,
                        e -> {
                            assertThat(e.isRetryable()).isTrue();
                            assertThat(e.isMaybeCommitted()).isFalse();
                        });
    }

    @Test
    void noLeaderForAWhile_isWaitedOut() throws InterruptedException {
        cluster.eachNode(n -> n.plan(Fate.NO_LEADER, Fate.NO_LEADER, Fate.NO_LEADER));

        assertThat(database.put("k", "v").revision()).isEqualTo(2);
    }

    @Test
    void unknownOutcome_carriesTheId_thatSettlesIt() throws InterruptedException {
        cluster.eachNode(n -> n.always(Fate.SERVE_AND_LOSE));
        var hurried = database.withTimeout(Duration.ofMillis(300));

        var unknown =
                catchThrowableOfType(OutcomeUnknownException.class, () -> hurried.put("k", "v"));

        assertThat(unknown.isMaybeCommitted()).isTrue();
        assertThat(database.outcome(unknown.id()))
                .isEqualTo(new Outcome(Outcome.State.COMMITTED, 2));
        assertThat(TransactionId.parse(unknown.id().toString())).isEqualTo(unknown.id());
    }

    @Test
    void refusalAfterALostAttempt_isAnUnknownOutcome_andNotARefusal() {
        cluster.eachNode(n -> {
            n.plan(Fate.LOSE);
            n.always(Fate.NO_SPACE);
        });

        assertThatThrownBy(() -> database.put("k", "v"))
                .isInstanceOf(OutcomeUnknownException.class);
    }

    @Test
    void refusalAtFirst_isARefusal() {
        cluster.eachNode(n -> n.always(Fate.NO_SPACE));

        assertThatThrownBy(() -> database.put("k", "v")).isInstanceOf(DiskFullException.class);
    }

    @Test
    void verdictAfterALostAttempt_isTheAnswer() {
        cluster.eachNode(n -> {
            n.plan(Fate.LOSE);
            n.always(Fate.NO_LEASE);
        });

        assertThatThrownBy(() -> database.put("k", "v", PutOptions.DEFAULT.withLease(9)))
                .isInstanceOf(LeaseNotFoundException.class);
    }

    @Test
    void expiredFirstAttempt_beginsAnew_underAnotherId() throws InterruptedException {
        cluster.node(FakeCluster.A).plan(Fate.EXPIRED);

        assertThat(database.put("k", "v").revision()).isEqualTo(2);
        assertThat(commits().stream().map(CommitRequest::getId).distinct()).hasSize(2);
    }

    @Test
    void expiredLaterAttempt_isAnUnknownOutcome() {
        cluster.eachNode(n -> {
            n.plan(Fate.LOSE);
            n.always(Fate.EXPIRED);
        });

        assertThatThrownBy(() -> database.put("k", "v"))
                .isInstanceOf(OutcomeUnknownException.class);
    }

    @Test
    void chosenId_isCarriedOutOnce_howeverOftenItIsSent() throws InterruptedException {
        var id = database.newTransactionId();
        var transaction = Transaction.of(Operation.put("k", "v")).withId(id);

        var first = database.transaction(transaction);
        var second = database.transaction(transaction);

        assertThat(second.revision()).isEqualTo(first.revision());
        assertThat(second.repeated()).isTrue();
        assertThat(cluster.revision()).isEqualTo(2);
    }

    @Test
    void pinnedView_staysOnItsNode_andGivesUpWithIt() throws InterruptedException {
        var pinned = database.pinned(FakeCluster.B).withTimeout(Duration.ofMillis(300));
        assertThat(pinned.put("k", "v").node()).isEqualTo(FakeCluster.B);
        cluster.node(FakeCluster.B).stop();

        assertThatThrownBy(() -> pinned.put("k", "w")).isInstanceOf(UnavailableException.class);
        assertThat(database.get("k").value()).contains(Bytes.of("v"));
    }

    @Test
    void pinnedView_findsItsNodeAgain() throws InterruptedException {
        var pinned = database.pinned(FakeCluster.B);
        cluster.node(FakeCluster.B).stop();
        var put = pinned.putAsync("k", "v");

        cluster.node(FakeCluster.B).start();

        assertThat(Pending.await(put).node()).isEqualTo(FakeCluster.B);
    }

    @Test
    void deadline_isKept() {
        cluster.eachNode(n -> n.always(Fate.HANG));
        var hurried = database.withTimeout(Duration.ofMillis(300));
        long begin = System.nanoTime();

        assertThatThrownBy(() -> hurried.get("k")).isInstanceOf(UnavailableException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void close_endsCallsUnderWay() throws InterruptedException {
        cluster.eachNode(n -> n.always(Fate.HANG));
        var put = database.putAsync("k", "v").toCompletableFuture();
        Await.until("the put is sent", () -> !commits().isEmpty());

        database.close();

        Await.until("the put ends", put::isCompletedExceptionally);
        assertThatThrownBy(() -> Pending.await(put)).isInstanceOf(OutcomeUnknownException.class);
    }

    @Test
    void interruption_endsTheCall() throws InterruptedException {
        cluster.eachNode(n -> n.always(Fate.HANG));
        var caller =
                Thread.ofVirtual()
                        .start(() ->
                                assertThatThrownBy(() -> database.put("k", "v"))
                                        .isInstanceOf(InterruptedException.class));
        Await.until("the put is sent", () -> !commits().isEmpty());

        caller.interrupt();

        assertThat(caller.join(Duration.ofSeconds(1))).isTrue();
    }

    @Test
    void tooLargeRequest_isNotSent() {
        assertThatThrownBy(() -> database.put(Bytes.of("k"), Bytes.of(new byte[3 << 20])))
                .isInstanceOf(RequestTooLargeException.class);
        assertThat(commits()).isEmpty();
    }
}
