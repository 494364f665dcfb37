package dev.mainstay.server.kv.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.client.proto.KVGrpc;
import dev.mainstay.client.proto.RangeRequest;
import dev.mainstay.server.kv.watch.Await;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PortUnificationTest {

    private static final String GET = "GET /version HTTP/1.1\r\nHost: x\r\n\r\n";
    private static final String VERSION = "{\"etcdserver\":\"3.5.21\",\"etcdcluster\":\"3.5.0\"}";

    private final JsonRig rig = new JsonRig();

    @AfterEach
    void close() throws InterruptedException {
        rig.close();
    }

    /// Nothing, a part of either protocol's beginning: all wait in vain for the rest.
    @ParameterizedTest(name = "\"{0}\"")
    @ValueSource(strings = {"", "P", "PRI * HTTP/2.0\r\n", "POS", "GET"})
    void aConnectionThatDoesNotSayWhatItIs_isClosed(String bytes) throws IOException {
        assertThat(rig.exchange(bytes)).isEmpty();
    }

    @ParameterizedTest(name = "\"{0}\"")
    @ValueSource(strings = {"SSH-2.0-x\r\n", "\u0016\u0003\u0001", "PRI * HTTP/3.0\r\n", "get "})
    void aConnectionThatSpeaksSomethingElse_isClosed(String bytes) throws IOException {
        assertThat(rig.exchange(bytes)).isEmpty();
    }

    @Test
    void firstBytes_mayComeOneByOne() throws IOException {
        try (var wire = rig.connect()) {
            for (int i = 0; i < GET.length(); i++) {
                wire.sendRaw(GET.substring(i, i + 1));
            }
            assertThat(wire.readUntil(VERSION)).startsWith("HTTP/1.1 200 OK\r\n");
        }
    }

    @Test
    void aConnectionThatHasSpoken_mayRest() throws IOException {
        try (var wire = rig.connect();
                var other = rig.connect()) {
            wire.sendRaw(GET);
            wire.readUntil(VERSION);
            // The other one's patience ends while this one rests.
            assertThat(other.readToEnd()).isEmpty();
            wire.sendRaw(GET);
            wire.readUntil(VERSION);
        }
    }

    @Test
    void requestsSentAhead_areAnsweredInOrder() throws IOException {
        try (var wire = rig.connect()) {
            var ahead = new StringBuilder();
            for (int i = 0; i < 100; i++) {
                ahead.append(
                        i % 2 == 0
                                ? GET
                                : Wire.request("POST /v3/kv/range", "{\"limit\":" + i + "}"));
            }
            wire.sendRaw(ahead.toString());
            for (int i = 0; i < 50; i++) {
                var two = wire.readUntil(VERSION, "\"count\":\"5\"}");
                assertThat(two).contains("HTTP/1.1 200 OK");
            }
        }
        assertThat(rig.stubs().ranges.stream().map(RangeRequest::getLimit)).hasSize(50).isSorted();
    }

    @Test
    void theConnectionEnds_whenTheClientWantsThat() throws IOException {
        assertThat(rig.exchange("GET /version HTTP/1.1\r\nConnection: close\r\n\r\n"))
                .contains("connection: close")
                .endsWith(VERSION);
        assertThat(rig.exchange("GET /version HTTP/1.0\r\n\r\n")).endsWith(VERSION);
        assertThat(
                        rig.exchange(
                                Wire.request("POST /v3/lease/keepalive", "{\"ID\":7}")
                                        .replace("HTTP/1.1", "HTTP/1.0")))
                .doesNotContain("chunked")
                .endsWith("\"TTL\":\"60\"}}\n");
    }

    @Test
    void malformedHttp_isRefused_andTheConnectionClosed() throws IOException {
        assertThat(rig.exchange("GET /version HTTP/banana\r\n\r\n" + GET))
                .startsWith("HTTP/1.1 400 Bad Request\r\n")
                .doesNotContain("etcdserver");
    }

    @Test
    void aServerThatStops_closesItsHttpConnections() throws IOException, InterruptedException {
        try (var idle = rig.connect();
                var watch = rig.connect()) {
            idle.sendRaw(GET);
            idle.readUntil(VERSION);
            watch.send("POST /v3/watch", "{\"create_request\":{}}");
            watch.readUntil("\"created\":true");
            var _ = KVGrpc.newBlockingStub(rig.grpc()).range(RangeRequest.getDefaultInstance());
            rig.server().shutdown();

            assertThat(idle.readToEnd()).isBlank();
            watch.readToEnd();
            assertThat(rig.server().awaitTermination(10, TimeUnit.SECONDS)).isTrue();
            Await.until("the end of the watch", () -> rig.stubs().hungUp.get() == 1);
        }
    }
}
