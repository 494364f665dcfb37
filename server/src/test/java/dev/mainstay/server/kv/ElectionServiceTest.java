package dev.mainstay.server.kv;

import static dev.mainstay.server.kv.EtcdFixture.await;
import static dev.mainstay.server.kv.EtcdFixture.bytes;
import static dev.mainstay.server.kv.EtcdFixture.error;
import static dev.mainstay.server.kv.Requests.range;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import dev.mainstay.client.proto.CampaignRequest;
import dev.mainstay.client.proto.CampaignResponse;
import dev.mainstay.client.proto.ElectionGrpc;
import dev.mainstay.client.proto.LeaderKey;
import dev.mainstay.client.proto.LeaderRequest;
import dev.mainstay.client.proto.LeaderResponse;
import dev.mainstay.client.proto.ProclaimRequest;
import dev.mainstay.client.proto.ResignRequest;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ElectionServiceTest {

    private final EtcdFixture etcd = new EtcdFixture();

    @BeforeEach
    void grant() {
        etcd.grant(1);
        etcd.grant(2);
    }

    @AfterEach
    void close() {
        etcd.close();
    }

    @Test
    void campaign_isWon_byTheFirst() throws Exception {
        var won = get(campaign(1, "one"));

        assertThat(won.getLeader())
                .isEqualTo(
                        LeaderKey.newBuilder()
                                .setName(bytes("chief"))
                                .setKey(bytes("chief/1"))
                                .setRev(2)
                                .setLease(1)
                                .build());
        assertThat(leader().getKv().getValue()).isEqualTo(bytes("one"));
        assertThat(leader().getKv().getKey()).isEqualTo(bytes("chief/1"));
    }

    @Test
    void nobodyLeads_beforeTheFirstCampaign() {
        assertThat(error(this::leader)).isEqualTo("2 election: no leader");
    }

    @Test
    void campaign_isWonByTheNext_whenTheLeaderResigns() throws Exception {
        var first = get(campaign(1, "one")).getLeader();
        var second = campaign(2, "two");
        awaitCandidates(2);
        assertThat(second.isDone()).isFalse();

        resign(first);

        assertThat(get(second).getLeader().getKey()).isEqualTo(bytes("chief/2"));
        assertThat(leader().getKv().getValue()).isEqualTo(bytes("two"));
    }

    @Test
    void campaign_isWonByTheNext_whenTheLeadersLeaseExpires() throws Exception {
        get(campaign(1, "one"));
        var second = campaign(2, "two");
        awaitCandidates(2);

        etcd.gateway.expire(1);

        assertThat(get(second).getLeader().getLease()).isEqualTo(2);
    }

    @Test
    void campaign_isLost_whenTheCandidatesLeaseExpires() throws Exception {
        get(campaign(1, "one"));
        var second = campaign(2, "two");
        awaitCandidates(2);

        etcd.gateway.expire(2);

        assertThat(failure(second)).isEqualTo("UNKNOWN election: not leader");
    }

    @Test
    void campaign_again_saysTheNewValue() throws Exception {
        var first = get(campaign(1, "one")).getLeader();
        var again = get(campaign(1, "uno")).getLeader();

        assertThat(again).isEqualTo(first);
        assertThat(leader().getKv().getValue()).isEqualTo(bytes("uno"));
    }

    @Test
    void cancelledCandidates_leaveTheQueue() throws Exception {
        get(campaign(1, "one"));
        var second = campaign(2, "two");
        awaitCandidates(2);

        second.cancel(true);

        awaitCandidates(1);
    }

    @Test
    void proclaim_isForTheLeaderOnly() throws Exception {
        var leader = get(campaign(1, "one")).getLeader();

        assertThat(proclaim(leader, "news")).isEqualTo("no error");
        assertThat(leader().getKv().getValue()).isEqualTo(bytes("news"));
        assertThat(leader().getKv().getLease()).isEqualTo(1);
        resign(leader);
        assertThat(proclaim(leader, "more news")).isEqualTo("2 election: not leader");
    }

    @Test
    void resign_isNoError_forWhoDoesNotLead() throws Exception {
        var leader = get(campaign(1, "one")).getLeader();
        resign(leader);

        resign(leader);
    }

    @Test
    void proclaimAndResign_needALeaderKey() {
        var election = ElectionGrpc.newBlockingStub(etcd.channel);
        var missing = "2 \"leader\" field must be provided";

        assertThat(error(() -> election.proclaim(ProclaimRequest.getDefaultInstance())))
                .isEqualTo(missing);
        assertThat(error(() -> election.resign(ResignRequest.getDefaultInstance())))
                .isEqualTo(missing);
    }

    @Test
    void observers_hearOfEachLeader_andAllThatItSays() throws Exception {
        var heard = new Heard();
        var observing = Context.current().withCancellation();
        observing.run(() -> ElectionGrpc.newStub(etcd.channel).observe(electionOf("chief"), heard));

        var first = get(campaign(1, "one")).getLeader();
        await(() -> heard.values.size() == 1);
        proclaim(first, "news");
        await(() -> heard.values.size() == 2);
        var second = campaign(2, "two");
        awaitCandidates(2);
        resign(first);
        get(second);
        await(() -> heard.values.size() == 3);
        etcd.gateway.expire(2);
        get(campaign(1, "one again"));
        await(() -> heard.values.size() == 4);

        assertThat(heard.values).containsExactly("one", "news", "two", "one again");
        observing.cancel(null);
        await(() -> heard.end != null);
        assertThat(heard.end).isEqualTo(Status.Code.CANCELLED);
    }

    @Test
    void observers_hearAtOnceOfTheLeaderThereIs() throws Exception {
        get(campaign(1, "one"));
        var heard = new Heard();

        ElectionGrpc.newStub(etcd.channel).observe(electionOf("chief"), heard);

        await(() -> heard.values.size() == 1);
        assertThat(heard.values).containsExactly("one");
    }

    private ListenableFuture<CampaignResponse> campaign(long lease, String value) {
        return etcd.election()
                .campaign(
                        CampaignRequest.newBuilder()
                                .setName(bytes("chief"))
                                .setLease(lease)
                                .setValue(bytes(value))
                                .build());
    }

    private static LeaderRequest electionOf(String name) {
        return LeaderRequest.newBuilder().setName(bytes(name)).build();
    }

    private LeaderResponse leader() {
        return ElectionGrpc.newBlockingStub(etcd.channel).leader(electionOf("chief"));
    }

    private String proclaim(LeaderKey leader, String value) {
        var request = ProclaimRequest.newBuilder().setLeader(leader).setValue(bytes(value)).build();
        return error(() -> ElectionGrpc.newBlockingStub(etcd.channel).proclaim(request));
    }

    private void resign(LeaderKey leader) throws Exception {
        etcd.election()
                .resign(ResignRequest.newBuilder().setLeader(leader).build())
                .get(10, TimeUnit.SECONDS);
    }

    private void awaitCandidates(int count) {
        var candidates = range("chief/", "chief0").setCountOnly(true).build();
        await(() -> etcd.kv().range(candidates).getCount() == count);
    }

    private static CampaignResponse get(ListenableFuture<CampaignResponse> answer)
            throws InterruptedException, ExecutionException, TimeoutException {
        return answer.get(10, TimeUnit.SECONDS);
    }

    private static String failure(ListenableFuture<CampaignResponse> answer)
            throws InterruptedException, TimeoutException {
        try {
            return "no error: " + get(answer);
        } catch (ExecutionException e) {
            var status = Status.fromThrowable(e);
            return status.getCode() + " " + status.getDescription();
        }
    }

    private static final class Heard implements StreamObserver<LeaderResponse> {

        final List<String> values = new CopyOnWriteArrayList<>();
        volatile Status.@Nullable Code end;

        @Override
        public void onNext(LeaderResponse response) {
            values.add(response.getKv().getValue().toStringUtf8());
        }

        @Override
        public void onError(Throwable error) {
            end = Status.fromThrowable(error).getCode();
        }

        @Override
        public void onCompleted() {
            end = Status.Code.OK;
        }
    }
}
