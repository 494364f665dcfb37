package dev.mainstay.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.client.FakeNode.Fate;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LeasesTest {

    private final FakeCluster cluster = new FakeCluster();
    private final Database database = cluster.connect();

    @AfterEach
    void close() {
        database.close();
        cluster.close();
    }

    private long renewals() {
        var sum = new long[1];
        cluster.eachNode(n -> sum[0] += n.renewals.size());
        return sum[0];
    }

    @Test
    void grantWhoseAnswerWasLost_makesOneLease() throws InterruptedException {
        cluster.eachNode(n -> n.plan(Fate.SERVE_AND_LOSE));

        try (var lease = database.leases().grant(Duration.ofSeconds(10))) {
            assertThat(cluster.leases).containsOnlyKeys(lease.id());
            assertThat(lease.remaining()).isBetween(Duration.ofSeconds(7), Duration.ofSeconds(10));
        }
        assertThat(cluster.leases).isEmpty();
    }

    @Test
    void lease_isRenewed_acrossALeaderChange() throws InterruptedException {
        try (var lease = database.leases().grant(Duration.ofSeconds(1))) {
            Await.until("a renewal", () -> renewals() >= 1);
            cluster.leader(FakeCluster.B);
            cluster.node(FakeCluster.A).stop();

            Await.until("renewals elsewhere", () -> renewals() >= 5);
            assertThat(lease.isLost()).isFalse();
            assertThat(lease.remaining()).isPositive();
        }
    }

    @Test
    void lease_isLost_whenNoNodeAnswersInTime() throws InterruptedException {
        var lease = database.leases().grant(Duration.ofSeconds(1));
        var lost = new AtomicBoolean();
        lease.onLost(() -> lost.set(true));
        cluster.eachNode(FakeNode::stop);

        Await.until("it is lost", lost::get);

        assertThat(lease.isLost()).isTrue();
        assertThat(lease.remaining()).isZero();
    }

    @Test
    void lease_isLost_whenANodeSaysThatItIsGone() throws InterruptedException {
        var lease = database.leases().grant(Duration.ofSeconds(3));
        synchronized (cluster) {
            cluster.leases.clear();
        }
        var lost = new AtomicBoolean();
        lease.onLost(() -> lost.set(true));

        Await.until("it is lost", lost::get);
    }

    @Test
    void revokeWhoseAnswerWasLost_succeeds() throws InterruptedException {
        var lease = database.leases().grant(Duration.ofSeconds(10));
        cluster.eachNode(n -> n.plan(Fate.SERVE_AND_LOSE));

        lease.revoke();

        assertThat(cluster.leases).isEmpty();
    }

    @Test
    void unknownLease_isSaid() {
        assertThatThrownBy(() -> database.leases().timeToLive(5, false))
                .isInstanceOf(LeaseNotFoundException.class);
        assertThatThrownBy(() -> database.leases().revoke(5))
                .isInstanceOf(LeaseNotFoundException.class);
    }

    @Test
    void lock_isHeldByOne_andItsTokensGrow() throws InterruptedException {
        var one = database.leases().grant(Duration.ofSeconds(10));
        var two = database.leases().grant(Duration.ofSeconds(10));
        var first = database.lock("job", one, Duration.ofSeconds(1)).orElseThrow();

        assertThat(database.lock("job", two, Duration.ofMillis(50))).isEmpty();
        var waiting = database.lockAsync("job", two, Duration.ofSeconds(5));
        first.close();
        var second = Pending.await(waiting).orElseThrow();

        assertThat(second.token()).isGreaterThan(first.token());
        assertThat(second.isHeld()).isTrue();
    }
}
