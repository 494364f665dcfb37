package dev.mainstay.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.client.proto.ClusterGrpc;
import dev.mainstay.client.proto.Member;
import dev.mainstay.client.proto.MemberListRequest;
import dev.mainstay.client.proto.MemberListResponse;
import dev.mainstay.consensus.MemberId;
import dev.mainstay.server.config.ConfigLoader;
import dev.mainstay.server.config.NodeConfig;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which member a joining node becomes.
class JoiningTest {

    private static final Member VOTER = member(0x11, "n1", "http://127.0.0.1:7402");

    @TempDir private Path folder;
    private final Cluster cluster = new Cluster();
    private Server server;
    private NodeConfig config;

    /// A node that lists members, when it can prove that its list is the newest.
    private static final class Cluster extends ClusterGrpc.ClusterImplBase {

        private volatile List<Member> members = List.of(VOTER);
        private final AtomicInteger leaderlessAnswers = new AtomicInteger();

        @Override
        public void memberList(MemberListRequest request, StreamObserver<MemberListResponse> list) {
            if (!request.getLinearizable()) {
                list.onNext(MemberListResponse.getDefaultInstance());
                list.onCompleted();
            } else if (leaderlessAnswers.getAndDecrement() > 0) {
                list.onError(Status.UNAVAILABLE.asRuntimeException());
            } else {
                list.onNext(MemberListResponse.newBuilder().addAllMembers(members).build());
                list.onCompleted();
            }
        }
    }

    private static Member member(long id, String name, String... peerUrls) {
        return Member.newBuilder()
                .setID(id)
                .setName(name)
                .addAllPeerURLs(List.of(peerUrls))
                .build();
    }

    @BeforeEach
    void start() throws Exception {
        var file = folder.resolve("n4.conf");
        Files.writeString(
                file,
                """
                node.name = n4
                node.directory = data
                listen.sql_port = 17430
                advertise.host = n4.example
                """);
        config = ConfigLoader.load(file);
        server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .addService(cluster)
                        .build()
                        .start();
    }

    @AfterEach
    void stop() {
        server.shutdownNow();
    }

    private MemberId joining() throws Exception {
        try (var remote = new RemoteAdmin("127.0.0.1:" + server.getPort())) {
            return ServerCommand.joining(config, remote);
        }
    }

    @Test
    void aNodeWhosePeerUrlWasAnnounced_takesTheAnnouncedId() throws Exception {
        cluster.members =
                List.of(
                        VOTER,
                        member(0x77, "", "http://n5.example:17442"),
                        member(0x88, "", "http://other:1", "http://n4.example:17432"));

        assertThat(joining()).isEqualTo(new MemberId("n4", 0x88));
    }

    @Test
    void aNodeThatWasNotAnnounced_isANewMember() throws Exception {
        cluster.members = List.of(VOTER, member(0x99, "n4", "http://n4.example:17432"));

        var self = joining();

        assertThat(self.name()).isEqualTo("n4");
        assertThat(self.number()).isNotIn(0L, 0x11L, 0x99L);
    }

    @Test
    void aNode_waitsForALeader_thatKnowsWhatWasAnnounced() throws Exception {
        cluster.leaderlessAnswers.set(1);
        cluster.members = List.of(VOTER, member(0x88, "", "http://n4.example:17432"));

        assertThat(joining().number()).isEqualTo(0x88);
    }
}
