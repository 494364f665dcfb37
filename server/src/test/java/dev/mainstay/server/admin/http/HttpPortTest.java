package dev.mainstay.server.admin.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import dev.mainstay.consensus.Role;
import dev.mainstay.server.config.BadConfig;
import dev.mainstay.server.config.ConfigLoader;
import dev.mainstay.server.config.NodeConfig;
import dev.mainstay.server.telemetry.Metrics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpPortTest {

    private static final MemberId SELF = new MemberId("n0", 1);
    private static final MemberId OTHER = new MemberId("n1", 2);

    private final HttpClient client = HttpClient.newHttpClient();
    private final StandingGateway gateway =
            new StandingGateway(
                    List.of(member(SELF), member(OTHER), member(new MemberId("n2", 3))), SELF);
    private NodeConfig config;
    private HttpPort port;

    @BeforeEach
    void open() throws IOException, BadConfig {
        config = config();
        port = HttpPort.open(config, gateway, new Metrics());
    }

    @AfterEach
    void close() {
        client.close();
        port.close();
    }

    @Test
    void aLeader_isPrimary_andNoReplica() throws Exception {
        gateway.become(Role.LEADER, true, SELF, 9);

        assertYes("/", "/primary", "/master", "/leader", "/read-write", "/read-only");
        assertYes("/health", "/liveness", "/readiness", "/read-only-sync", "/read-only-quorum");
        assertNo("/replica", "/sync", "/quorum", "/async", "/asynchronous", "/standby-leader");
    }

    @Test
    void aLeaderThatHasNotAppliedItsFirstEntry_isNotYetPrimary() throws Exception {
        gateway.become(Role.LEADER, false, SELF, 9);

        assertNo("/primary", "/replica", "/read-only", "/readiness");
        assertYes("/health", "/liveness");
    }

    @Test
    void aFollower_isReplica_andBelongsToTheQuorum() throws Exception {
        gateway.become(Role.FOLLOWER, false, OTHER, 9);

        assertYes("/replica", "/read-only", "/quorum", "/read-only-quorum", "/readiness");
        assertYes("/health", "/liveness", "/replica?replication_state=streaming");
        assertNo("/", "/primary", "/leader", "/read-write", "/sync", "/async");
        assertNo("/replica?tag_zone=a", "/replica?replication_state=starting");
    }

    @Test
    void aFollowerOfTwo_isSynchronous_becauseNoMajorityExistsWithoutIt() throws Exception {
        port.close();
        var pair = new StandingGateway(List.of(member(SELF), member(OTHER)), SELF);
        pair.become(Role.FOLLOWER, false, OTHER, 9);
        port = HttpPort.open(config, pair, new Metrics());

        assertYes("/sync", "/synchronous", "/read-only-sync");
    }

    /// The store has 1 000 bytes in 10 entries, so 10 entries behind count as 1 000 bytes.
    @Test
    void lag_isComparedInBytes() throws Exception {
        gateway.become(Role.FOLLOWER, false, OTHER, 19);

        assertYes("/replica", "/replica?lag=1000", "/replica?lag=1kB", "/replica?lag=16MB");
        assertNo("/replica?lag=999", "/replica?lag=0", "/readiness?lag=10");
        assertStatus(400, "GET", "/replica?lag=much");
    }

    @Test
    void withoutALeader_aLagIsUnknown_andTheNodeNotReady() throws Exception {
        gateway.become(Role.CANDIDATE, false, null, 9);

        assertYes("/replica", "/health", "/liveness");
        assertNo("/replica?lag=1TB", "/readiness", "/primary");
    }

    @Test
    void aMemberThatJoins_isAlive_butHasNoData() throws Exception {
        gateway.become(Role.JOINING, false, null, 9);

        assertYes("/liveness");
        assertNo("/health", "/replica", "/readiness");
    }

    @Test
    void aStoppedMember_isNotAlive() throws Exception {
        gateway.become(Role.STOPPED, false, null, 9);

        assertNo("/liveness", "/health", "/replica", "/primary", "/readiness");
    }

    @Test
    void headAndOptions_answerAlike_withoutABody() throws Exception {
        gateway.become(Role.LEADER, true, SELF, 9);

        for (var method : List.of("HEAD", "OPTIONS")) {
            assertThat(assertStatus(200, method, "/primary")).isEmpty();
            assertThat(assertStatus(503, method, "/replica")).isEmpty();
        }
        assertStatus(405, "POST", "/primary");
        assertStatus(404, "GET", "/nothing");
    }

    @Test
    void thePageOfALeader_hasPatronisShape() throws Exception {
        gateway.become(Role.LEADER, true, SELF, 9);

        var page = page("/patroni");

        assertThat(page.getString("state")).isEqualTo("running");
        assertThat(page.getString("role")).isEqualTo("primary");
        assertThat(page.getLong("timeline")).isEqualTo(3);
        assertThat(page.getLong("xlog.location")).isEqualTo(1_000);
        assertThat(page.getString("patroni.name")).isEqualTo("n0");
        assertThat(page.getString("mainstay.leader")).isEqualTo("n0");
        assertThat(page.getLong("mainstay.revision")).isEqualTo(5);
    }

    @Test
    void thePageOfAFollower_saysHowFarItIs() throws Exception {
        gateway.become(Role.FOLLOWER, false, OTHER, 19);

        var page = page("/patroni");

        assertThat(page.getString("role")).isEqualTo("replica");
        assertThat(page.getLong("xlog.received_location")).isEqualTo(2_000);
        assertThat(page.getLong("xlog.replayed_location")).isEqualTo(1_000);
        assertThat(page.getLong("mainstay.lag")).isEqualTo(10);
    }

    @Test
    void theCluster_isAllMembers() throws Exception {
        gateway.become(Role.LEADER, true, SELF, 9);

        var members = page("/cluster").getConfigList("members");

        assertThat(members).hasSize(3);
        assertThat(members.get(0).getString("role")).isEqualTo("leader");
        assertThat(members.get(0).getInt("port")).isEqualTo(7400);
        assertThat(members.get(1).getString("lag")).isEqualTo("unknown");
    }

    @Test
    void metrics_areText() throws Exception {
        assertThat(assertStatus(200, "GET", "/metrics")).contains("jvm_memory_used_bytes");
    }

    private void assertYes(String... paths) throws Exception {
        for (var path : paths) {
            assertStatus(200, "GET", path);
        }
    }

    private void assertNo(String... paths) throws Exception {
        for (var path : paths) {
            assertStatus(503, "GET", path);
        }
    }

    private Config page(String path) throws Exception {
        return ConfigFactory.parseString(assertStatus(200, "GET", path));
    }

    private String assertStatus(int status, String method, String path) throws Exception {
        var uri = URI.create("http://127.0.0.1:" + config.listen().httpPort() + path);
        var request =
                HttpRequest.newBuilder(uri)
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build();
        var response = client.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(method + " " + path).isEqualTo(status);
        return response.body();
    }

    private static Member member(MemberId id) {
        return new Member(id, "h:7400", "h:7401", "h:7402", "h:7403");
    }

    private static NodeConfig config() throws IOException, BadConfig {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var values = Map.of("node.name", "n0", "listen.http_port", socket.getLocalPort());
            return ConfigLoader.load(ConfigFactory.parseMap(values), Path.of("/nowhere"));
        }
    }
}
