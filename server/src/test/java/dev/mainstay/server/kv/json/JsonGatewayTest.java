package dev.mainstay.server.kv.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.mainstay.client.proto.KVGrpc;
import dev.mainstay.client.proto.RangeRequest;
import dev.mainstay.server.gateway.Readiness;
import dev.mainstay.server.kv.watch.Await;
import io.grpc.Status;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JsonGatewayTest {

    private final JsonRig rig = new JsonRig();

    @AfterEach
    void close() throws InterruptedException {
        rig.close();
    }

    @Test
    void grpcAndHttp_shareThePort() throws IOException, InterruptedException {
        var request = RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build();
        var answer = KVGrpc.newBlockingStub(rig.grpc()).range(request);

        assertThat(answer.getCount()).isEqualTo(5);
        assertThat(rig.post("/v3/kv/range", "{\"key\":\"aw==\"}").statusCode()).isEqualTo(200);
        assertThat(rig.stubs().ranges).containsExactly(request, request);
    }

    @Test
    void answers_lookAsThoseOfEtcd() throws IOException, InterruptedException {
        var range = rig.post("/v3/kv/range", "{}");
        assertThat(range.body())
                .isEqualTo(
                        "{\"header\":{\"revision\":\"10\",\"raft_term\":\"2\"},\"kvs\":[{\"key\":\"azQ=\","
                            + "\"create_revision\":\"9\",\"mod_revision\":\"9\",\"version\":\"1\","
                            + "\"value\":\"djQ=\"}],\"more\":true,\"count\":\"5\"}");
        assertThat(range.headers().firstValue("content-type")).hasValue("application/json");
        assertThat(rig.post("/v3/maintenance/hash", "{}").body())
                .isEqualTo(
                        "{\"header\":{\"revision\":\"10\",\"raft_term\":\"2\"},\"hash\":4259934816}");
    }

    @Test
    void requests_mayNameFieldsEitherWay_andBringNumbersAsStrings()
            throws IOException, InterruptedException {
        rig.post(
                "/v3beta/kv/range",
                "{\"key\":\"YQ==\",\"range_end\":\"Yg==\",\"limit\":\"7\",\"revision\":9,"
                    + "\"sort_order\":\"DESCEND\",\"keysOnly\":true,\"nobody\":{\"knows\":[1]}}");
        rig.post(
                "/v3alpha/kv/range",
                "{\"key\":\"YQ==\",\"rangeEnd\":\"Yg==\",\"limit\":7,\"revision\":\"9\","
                        + "\"sortOrder\":2,\"keys_only\":true}");
        rig.post("/v3/kv/range", "");

        var expected =
                RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("a"))
                        .setRangeEnd(ByteString.copyFromUtf8("b"))
                        .setLimit(7)
                        .setRevision(9)
                        .setSortOrder(RangeRequest.SortOrder.DESCEND)
                        .setKeysOnly(true)
                        .build();
        assertThat(rig.stubs().ranges)
                .containsExactly(expected, expected, RangeRequest.getDefaultInstance());
    }

    @Test
    void failures_haveEtcdsBodyAndHttpsCode() throws IOException, InterruptedException {
        assertAnswer(
                rig.post("/v3/kv/put", "{}"),
                400,
                "{\"error\":\"etcdserver: key is not provided\",\"message\":\"etcdserver: key is"
                        + " not provided\",\"code\":3}");
        assertAnswer(
                rig.post("/v3/kv/put", "{\"key\":\"YQ==\",\"lease\":\"5\"}"),
                404,
                "{\"error\":\"etcdserver: requested lease not found\",\"message\":\"etcdserver:"
                        + " requested lease not found\",\"code\":5}");
        assertThat(rig.post("/v3/kv/txn", "{}").statusCode()).isEqualTo(501);
        assertThat(rig.post("/v3/auth/enable", "{}").body()).contains("\"code\":12");
    }

    @Test
    void malformedRequests_areInvalidArguments() throws IOException, InterruptedException {
        for (var body :
                new String[] {
                    "{",
                    "nonsense",
                    "{\"key\":7}",
                    "[]",
                    "{\"limit\":\"x\"}",
                    "}{",
                    "\"",
                    "{\"key\":\"" + "[".repeat(9_000)
                }) {
            var answer = rig.post("/v3/kv/range", body);
            assertThat(answer.statusCode()).as(body).isEqualTo(400);
            assertThat(answer.body()).as(body).contains("\"code\":3");
        }
        assertThat(rig.post("/v3/kv/range", "[".repeat(100_000)).statusCode()).isEqualTo(400);
    }

    private static void assertAnswer(HttpResponse<String> answer, int code, String body) {
        assertThat(answer.body()).isEqualTo(body);
        assertThat(answer.statusCode()).isEqualTo(code);
    }

    @Test
    void tooLargeMessages_areRefusedAsGrpcWould_andTooLargeBodiesAsHttpWould()
            throws IOException, InterruptedException {
        assertAnswer(
                rig.post("/v3/kv/put", putOf(2_600_000)),
                429,
                "{\"error\":\"grpc: received message larger than max (2600008 vs."
                    + " 2097152)\",\"message\":\"grpc: received message larger than max (2600008"
                    + " vs. 2097152)\",\"code\":8}");
        assertThat(rig.post("/v3/kv/put", putOf(1_400_000)).body())
                .isEqualTo("{\"header\":{\"revision\":\"1400000\",\"raft_term\":\"2\"}}");
        assertThat(rig.exchange("POST /v3/kv/put HTTP/1.1\r\nContent-Length: 9000000\r\n\r\n{}"))
                .startsWith("HTTP/1.1 413 ");
    }

    private static String putOf(int bytes) {
        var value = Base64.getEncoder().encodeToString(new byte[bytes]);
        return "{\"key\":\"YQ==\",\"value\":\"" + value + "\"}";
    }

    @Test
    void streams_areLines() throws IOException, InterruptedException {
        assertAnswer(
                rig.post("/v3/lease/keepalive", "{\"ID\":\"77\"} {\"ID\":78}"),
                200,
                """
                {"result":{"header":{"revision":"10","raft_term":"2"},"ID":"77","TTL":"60"}}
                {"result":{"header":{"revision":"10","raft_term":"2"},"ID":"78","TTL":"60"}}
                """);
    }

    @Test
    void aStreamThatFails_saysSo_asStatusOrAsLastLine() throws IOException, InterruptedException {
        var line =
                "{\"error\":{\"grpc_code\":14,\"http_code\":503,\"message\":\"etcdserver: no"
                        + " leader\",\"http_status\":\"Service Unavailable\"}}\n";
        assertAnswer(rig.post("/v3/lease/keepalive", "{\"ID\":-1}"), 503, line);
        var late = rig.post("/v3/lease/keepalive", "{\"ID\":7}{\"ID\":-1}");
        assertThat(late.statusCode()).isEqualTo(200);
        assertThat(late.body()).startsWith("{\"result\":").endsWith("\n" + line);
    }

    @Test
    void aWatch_goesOnUntilTheClientHangsUp() throws IOException {
        try (var wire = rig.connect()) {
            wire.send("POST /v3/watch", "{\"create_request\":{\"key\":\"YQ==\"}}");
            assertThat(wire.readUntil("\n{\"result\":", "}}\n"))
                    .contains("HTTP/1.1 200 OK", "transfer-encoding: chunked")
                    .contains("\"created\":true");
            Await.until("the watch", () -> rig.stubs().watches.size() == 1);
            rig.stubs().watches.getFirst().onNext(StubServices.deletion());
            assertThat(wire.readUntil("}}\n"))
                    .contains(
                            "{\"result\":{\"header\":{\"revision\":\"10\",\"raft_term\":\"2\"},\"events\":"
                                + "[{\"type\":\"DELETE\",\"kv\":{\"key\":\"YQ==\",\"mod_revision\":\"10\"}}]}}");
            assertThat(rig.stubs().hungUp).hasValue(0);
        }
        Await.until("the end", () -> rig.stubs().hungUp.get() == 1);
    }

    @Test
    void aSlowReader_slowsDownTheService() throws IOException {
        try (var wire = rig.connect()) {
            wire.send("POST /v3/maintenance/snapshot", "{}");
            wire.readUntil("{\"result\":{\"blob\":\"");
            // 200 blobs are 17 MB of text: more than the socket's buffers take.
            assertThat(rig.stubs().blobs.get()).isLessThan(200);
            wire.readUntil("0\r\n\r\n");
        }
        assertThat(rig.stubs().blobs).hasValue(200);
    }

    @Test
    void theToken_isPassedOn() throws IOException {
        try (var wire = rig.connect()) {
            wire.send("POST /v3/kv/range", "{}", "Authorization: abc.7");
            wire.readUntil("\"5\"}");
            wire.send("POST /v3/kv/range", "{}", "Authorization: Bearer def.8");
            wire.readUntil("\"5\"}");
        }
        assertThat(rig.stubs().tokens).containsExactly("abc.7", "def.8");
    }

    @Test
    void versionAndHealth_answerGets() throws IOException, InterruptedException {
        assertAnswer(
                rig.get("/version"), 200, "{\"etcdserver\":\"3.5.21\",\"etcdcluster\":\"3.5.0\"}");
        assertAnswer(rig.get("/health"), 200, "{\"health\":\"true\",\"reason\":\"\"}");
        rig.gateway().readiness(new Readiness.NoLeader("etcdserver: request timed out"));
        assertAnswer(
                rig.get("/health"),
                503,
                "{\"health\":\"false\",\"reason\":\"QGET ERROR:etcdserver: request timed out\"}");
        rig.gateway().hasLeader(false);
        assertAnswer(
                rig.get("/health"), 503, "{\"health\":\"false\",\"reason\":\"RAFT NO LEADER\"}");
        assertThat(rig.get("/health?serializable=true").statusCode()).isEqualTo(200);
    }

    @Test
    void otherPathsAndMethods_areRefused() throws IOException, InterruptedException {
        assertAnswer(rig.get("/"), 404, "404 page not found\n");
        assertAnswer(rig.post("/v3/kv/nothing", "{}"), 404, "404 page not found\n");
        assertAnswer(rig.post("/v2/keys", "{}"), 404, "404 page not found\n");
        assertThat(rig.get("/v3/kv/range").statusCode()).isEqualTo(405);
        assertThat(rig.post("/version", "").statusCode()).isEqualTo(405);
    }

    @Test
    void aThousandCalls_onTwoHundredConnections()
            throws IOException, InterruptedException, ExecutionException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var clients = new ArrayList<Future<?>>();
            for (int i = 0; i < 200; i++) {
                clients.add(threads.submit(() -> putFiveTimes()));
            }
            for (var client : clients) {
                client.get();
            }
        }
        assertThat(rig.post("/v3/kv/range", "{}").statusCode()).isEqualTo(200);
    }

    private boolean putFiveTimes() throws IOException {
        try (var wire = rig.connect()) {
            for (int length = 1; length <= 5; length++) {
                var value = "x".repeat(length).getBytes(StandardCharsets.UTF_8);
                wire.send(
                        "POST /v3/kv/put",
                        "{\"key\":\"YQ==\",\"value\":\""
                                + Base64.getEncoder().encodeToString(value)
                                + "\"}");
                assertThat(wire.readUntil("}}")).contains("\"revision\":\"" + length + "\"");
            }
        }
        return true;
    }

    @Test
    void everyCode_hasAnHttpStatus() {
        for (var code : Status.Code.values()) {
            assertThat(Codes.http(code).code()).isBetween(200, 504);
        }
    }
}
