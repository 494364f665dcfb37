package dev.mainstay.server.kv;

import static dev.mainstay.server.kv.EtcdFixture.error;
import static dev.mainstay.server.kv.EtcdFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.client.proto.MemberAddRequest;
import dev.mainstay.client.proto.MemberListRequest;
import dev.mainstay.client.proto.MemberPromoteRequest;
import dev.mainstay.client.proto.MemberRemoveRequest;
import dev.mainstay.client.proto.MemberUpdateRequest;
import dev.mainstay.consensus.LogOperationException;
import dev.mainstay.server.gateway.Readiness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClusterServiceTest {

    private final EtcdFixture etcd = new EtcdFixture();

    @AfterEach
    void close() {
        etcd.close();
    }

    @Test
    void list_hasNoRevision() {
        assertThat(json(etcd.cluster().memberList(MemberListRequest.getDefaultInstance())))
                .isEqualTo(
                        "{\"header\":{\"raft_term\":\"2\"},\"members\":[{\"ID\":\"17\",\"name\":\"n1\",\"peerURLs\":[\"http://n1:5434\"],\"clientURLs\":[\"http://n1:5433\"]},{\"ID\":\"34\",\"name\":\"n2\",\"peerURLs\":[\"http://n2:5434\"],\"clientURLs\":[\"http://n2:5433\"]}]}");
    }

    @Test
    void list_canBeStrict() {
        etcd.gateway.readiness = new Readiness.NoLeader("cut off");
        var strict = MemberListRequest.newBuilder().setLinearizable(true).build();

        assertThat(error(() -> etcd.cluster().memberList(strict)))
                .isEqualTo("14 etcdserver: no leader");
    }

    @Test
    void add_announcesAMemberWithoutAName() {
        var response = etcd.cluster().memberAdd(add("http://n3:5434"));

        assertThat(response.getMember().getID()).isEqualTo(0x33);
        assertThat(response.getMember().getName()).isEmpty();
        assertThat(response.getMember().getPeerURLsList()).containsExactly("http://n3:5434");
        assertThat(response.getMembersList()).hasSize(3);
    }

    @Test
    void add_wantsPeerUrls_thatNobodyHas() {
        var invalid = "3 etcdserver: given member URLs are invalid";
        assertThat(error(() -> etcd.cluster().memberAdd(add()))).isEqualTo(invalid);
        for (var url :
                new String[] {
                    "n3:5434", "http://n3", "ftp://n3:1", "http://n3:1/x", "http://[n3"
                }) {
            assertThat(error(() -> etcd.cluster().memberAdd(add(url)))).as(url).isEqualTo(invalid);
        }
        assertThat(error(() -> etcd.cluster().memberAdd(add("http://n2:5434"))))
                .isEqualTo("9 etcdserver: Peer URLs already exists");
    }

    @Test
    void learners_areNotSupported() {
        var learner = add("http://n3:5434").toBuilder().setIsLearner(true).build();

        assertThat(error(() -> etcd.cluster().memberAdd(learner)))
                .isEqualTo("12 etcdserver: learner members are not supported");
        assertThat(promote(FakeGateway.OTHER.number()))
                .isEqualTo("9 etcdserver: can only promote a learner member");
        assertThat(promote(99)).isEqualTo("5 etcdserver: member not found");
    }

    @Test
    void remove_wantsAMember() {
        var other = MemberRemoveRequest.newBuilder().setID(FakeGateway.OTHER.number()).build();

        assertThat(etcd.cluster().memberRemove(other).getMembersList()).hasSize(1);
        assertThat(error(() -> etcd.cluster().memberRemove(other)))
                .isEqualTo("5 etcdserver: member not found");
    }

    @Test
    void update_changesPeerUrls() {
        var response = etcd.cluster().memberUpdate(update(0x22, "http://n9:5434"));

        assertThat(response.getMembers(1).getPeerURLsList()).containsExactly("http://n9:5434");
        assertThat(error(() -> etcd.cluster().memberUpdate(update(0x22, "http://n1:5434"))))
                .isEqualTo("9 etcdserver: Peer URLs already exists");
        assertThat(error(() -> etcd.cluster().memberUpdate(update(99, "http://n8:5434"))))
                .isEqualTo("5 etcdserver: member not found");
        assertThat(error(() -> etcd.cluster().memberUpdate(update(0x22, "nowhere"))))
                .isEqualTo("3 etcdserver: given member URLs are invalid");
    }

    @Test
    void failedChanges_haveEtcdsWords() {
        for (var kind : LogOperationException.Kind.values()) {
            etcd.gateway.members().failure = new LogOperationException(kind, "it did not work");

            assertThat(error(() -> etcd.cluster().memberAdd(add("http://n3:5434"))))
                    .isEqualTo(
                            switch (kind) {
                                case NOT_LEADER -> "14 etcdserver: no leader";
                                case NO_SUCH_MEMBER -> "5 etcdserver: member not found";
                                case ALREADY_A_MEMBER -> "9 etcdserver: Peer URLs already exists";
                                case CHANGE_UNDER_WAY, FAILED -> "14 etcdserver: unhealthy cluster";
                                case TIMED_OUT -> "14 etcdserver: request timed out";
                            });
        }
    }

    private String promote(long number) {
        var request = MemberPromoteRequest.newBuilder().setID(number).build();
        return error(() -> etcd.cluster().memberPromote(request));
    }

    private static MemberAddRequest add(String... urls) {
        var request = MemberAddRequest.newBuilder();
        for (var url : urls) {
            request.addPeerURLs(url);
        }
        return request.build();
    }

    private static MemberUpdateRequest update(long number, String url) {
        return MemberUpdateRequest.newBuilder().setID(number).addPeerURLs(url).build();
    }
}
