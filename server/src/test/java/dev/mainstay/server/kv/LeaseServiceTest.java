package dev.mainstay.server.kv;

import static dev.mainstay.server.kv.EtcdFixture.await;
import static dev.mainstay.server.kv.EtcdFixture.error;
import static dev.mainstay.server.kv.EtcdFixture.json;
import static dev.mainstay.server.kv.Requests.put;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.client.proto.LeaseGrantRequest;
import dev.mainstay.client.proto.LeaseGrantResponse;
import dev.mainstay.client.proto.LeaseGrpc;
import dev.mainstay.client.proto.LeaseKeepAliveRequest;
import dev.mainstay.client.proto.LeaseKeepAliveResponse;
import dev.mainstay.client.proto.LeaseLeasesRequest;
import dev.mainstay.client.proto.LeaseRevokeRequest;
import dev.mainstay.client.proto.LeaseTimeToLiveRequest;
import dev.mainstay.client.proto.LeaseTimeToLiveResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LeaseServiceTest {

    private final EtcdFixture etcd = new EtcdFixture();

    @AfterEach
    void close() {
        etcd.close();
    }

    @Test
    void grant_livesTwoSecondsAtLeast_andChoosesANumber() {
        for (long ttl : new long[] {1, 0, -5}) {
            var lease = grant(0, ttl);

            assertThat(lease.getTTL()).isEqualTo(2);
            assertThat(lease.getID()).isPositive();
            assertThat(lease.getHeader().getRevision()).isEqualTo(1);
        }
    }

    @Test
    void grant_takesTheNumberAskedFor_once() {
        assertThat(json(grant(77, 60)))
                .isEqualTo(
                        "{\"header\":{\"revision\":\"1\",\"raft_term\":\"2\"},\"ID\":\"77\",\"TTL\":\"60\"}");
        assertThat(error(() -> grant(77, 60))).isEqualTo("9 etcdserver: lease already exists");
    }

    @Test
    void grant_hasALongestLife() {
        assertThat(grant(1, 9_000_000_000L).getTTL()).isEqualTo(9_000_000_000L);
        assertThat(error(() -> grant(2, 9_000_000_001L)))
                .isEqualTo("11 etcdserver: too large lease TTL");
    }

    @Test
    void timeToLive_counts_andIsMinusOneForAMissingLease() {
        grant(77, 60);
        etcd.gateway.secondsPassed = 1;

        assertThat(json(timeToLive(77, false)))
                .isEqualTo(
                        "{\"header\":{\"revision\":\"1\",\"raft_term\":\"2\"},\"ID\":\"77\",\"TTL\":\"59\",\"grantedTTL\":\"60\"}");
        assertThat(json(timeToLive(78, false)))
                .isEqualTo(
                        "{\"header\":{\"revision\":\"1\",\"raft_term\":\"2\"},\"ID\":\"78\",\"TTL\":\"-1\"}");
    }

    @Test
    void timeToLive_namesTheKeys_untilAPutWithoutTheLease() {
        grant(77, 60);
        etcd.kv().put(put("a", "1").setLease(77).build());
        etcd.kv().put(put("b", "1").setLease(77).build());
        etcd.kv().put(put("a", "2").build());

        assertThat(timeToLive(77, true).getKeysList()).containsExactly(EtcdFixture.bytes("b"));
        assertThat(timeToLive(77, false).getKeysList()).isEmpty();
    }

    @Test
    void revoke_deletesTheKeys_inOneRevision() {
        grant(77, 60);
        etcd.kv().put(put("a", "1").setLease(77).build());
        etcd.kv().put(put("b", "1").setLease(77).build());

        assertThat(revoke(77)).isEqualTo("no error");

        assertThat(etcd.get("a").getCount()).isZero();
        assertThat(etcd.get("b").getHeader().getRevision()).isEqualTo(4);
        assertThat(revoke(77)).isEqualTo("5 etcdserver: requested lease not found");
    }

    @Test
    void leases_areListed() {
        grant(77, 60);
        grant(5, 60);

        var response = etcd.lease().leaseLeases(LeaseLeasesRequest.getDefaultInstance());

        assertThat(response.getLeasesList()).extracting(l -> l.getID()).containsExactly(5L, 77L);
    }

    @Test
    void keepAlive_answersEach_zeroForAMissingLease() {
        grant(77, 60);
        var answers = new Answers();
        var stream = LeaseGrpc.newStub(etcd.channel).leaseKeepAlive(answers);

        stream.onNext(keepAlive(77));
        await(() -> answers.received.size() == 1);
        stream.onNext(keepAlive(78));
        await(() -> answers.received.size() == 2);

        assertThat(json(answers.received.get(0)))
                .isEqualTo(
                        "{\"header\":{\"revision\":\"1\",\"raft_term\":\"2\"},\"ID\":\"77\",\"TTL\":\"60\"}");
        assertThat(json(answers.received.get(1)))
                .isEqualTo("{\"header\":{\"revision\":\"1\",\"raft_term\":\"2\"},\"ID\":\"78\"}");
        stream.onCompleted();
        await(() -> answers.end != null);
        assertThat(answers.end).isEqualTo("completed");
    }

    /// More than may be in flight at once.
    @Test
    void keepAlive_answersAll_whenManyComeAtOnce() {
        grant(77, 60);
        var answers = new Answers();
        var stream = LeaseGrpc.newStub(etcd.channel).leaseKeepAlive(answers);

        for (int i = 0; i < 1_000; i++) {
            stream.onNext(keepAlive(77));
        }
        stream.onCompleted();
        await(() -> answers.end != null);

        assertThat(answers.received).hasSize(1_000);
    }

    @Test
    void keepAlive_ends_withoutALeader() {
        etcd.gateway.hasLeader = false;
        var answers = new Answers();

        LeaseGrpc.newStub(etcd.channel).leaseKeepAlive(answers).onNext(keepAlive(77));
        await(() -> answers.end != null);

        assertThat(answers.end).isEqualTo("UNAVAILABLE etcdserver: no leader");
    }

    private LeaseGrantResponse grant(long id, long ttl) {
        return etcd.lease()
                .leaseGrant(LeaseGrantRequest.newBuilder().setID(id).setTTL(ttl).build());
    }

    private LeaseTimeToLiveResponse timeToLive(long id, boolean keys) {
        return etcd.lease()
                .leaseTimeToLive(
                        LeaseTimeToLiveRequest.newBuilder().setID(id).setKeys(keys).build());
    }

    private String revoke(long id) {
        var request = LeaseRevokeRequest.newBuilder().setID(id).build();
        return error(() -> etcd.lease().leaseRevoke(request));
    }

    private static LeaseKeepAliveRequest keepAlive(long id) {
        return LeaseKeepAliveRequest.newBuilder().setID(id).build();
    }

    private static final class Answers implements StreamObserver<LeaseKeepAliveResponse> {

        final List<LeaseKeepAliveResponse> received = new CopyOnWriteArrayList<>();
        volatile @Nullable String end;

        @Override
        public void onNext(LeaseKeepAliveResponse answer) {
            received.add(answer);
        }

        @Override
        public void onError(Throwable error) {
            var status = Status.fromThrowable(error);
            end = status.getCode() + " " + status.getDescription();
        }

        @Override
        public void onCompleted() {
            end = "completed";
        }
    }
}
