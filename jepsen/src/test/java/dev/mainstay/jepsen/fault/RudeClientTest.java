package dev.mainstay.jepsen.fault;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.mainstay.client.proto.KVGrpc;
import dev.mainstay.client.proto.PutRequest;
import dev.mainstay.client.proto.RangeRequest;
import dev.mainstay.client.proto.RangeResponse;
import dev.mainstay.client.proto.WatchCreateRequest;
import dev.mainstay.client.proto.WatchGrpc;
import dev.mainstay.client.proto.WatchRequest;
import dev.mainstay.client.proto.WatchResponse;
import dev.mainstay.jepsen.cluster.Await;
import dev.mainstay.jepsen.cluster.Channels;
import dev.mainstay.jepsen.cluster.Clusters;
import dev.mainstay.jepsen.cluster.KeyValues;
import dev.mainstay.jepsen.cluster.KvCluster;
import dev.mainstay.jepsen.cluster.MainstayCluster;
import dev.mainstay.jepsen.cluster.NodeProcess;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Clients that break the rules get a clear error or nothing, and nobody else notices.
///
/// After each test every process is the one that was started, and every node answers at once.
@Tag("blackbox")
class RudeClientTest {

    private static final int RUDE_NODE = 0;
    private static final Duration AT_ONCE = Duration.ofSeconds(5);
    private static final int IDLE_CONNECTIONS = 1_000;
    private static final byte[] PREFACE =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private static KvCluster cluster;
    private static List<NodeProcess> processes;

    private ManagedChannel channel;

    @BeforeAll
    static void start() throws IOException {
        cluster = Clusters.start();
        var started = new ArrayList<NodeProcess>();
        for (var node = 0; node < cluster.size(); node++) {
            started.add(cluster.process(node));
        }
        processes = List.copyOf(started);
    }

    @AfterAll
    static void stop() throws IOException {
        cluster.close();
    }

    @BeforeEach
    void connect() {
        channel = Channels.to(cluster.endpoint(RUDE_NODE));
    }

    @AfterEach
    void nobodyElseNoticed() {
        Channels.close(channel);
        assertServes();
    }

    @Test
    void aMessageThatIsNoProtobuf_isAnError() {
        var garbage = new byte[100];
        new Random(1).nextBytes(garbage);

        var status = statusOf(call("etcdserverpb.KV/Range", garbage));

        assertThat(status.getCode()).isIn(Status.Code.INTERNAL, Status.Code.INVALID_ARGUMENT);
    }

    @Test
    void aTruncatedMessage_isAnError() {
        var whole = RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("some key")).build();
        var half = Arrays.copyOf(whole.toByteArray(), 4);

        var status = statusOf(call("etcdserverpb.KV/Range", half));

        assertThat(status.getCode()).isIn(Status.Code.INTERNAL, Status.Code.INVALID_ARGUMENT);
    }

    @Test
    void unknownFields_areIgnored() {
        // Field 1000, a varint.
        var request = new byte[] {(byte) 0x0A, 1, 'k', (byte) 0xC0, (byte) 0x3E, 1};

        assertThat(statusOf(call("etcdserverpb.KV/Range", request)).isOk()).isTrue();
    }

    @Test
    void anUnknownCall_isUnimplemented() {
        for (var name : List.of("etcdserverpb.KV/Nothing", "no.such.Service/Call", "a/b")) {
            assertThat(statusOf(call(name, new byte[0])).getCode())
                    .isEqualTo(Status.Code.UNIMPLEMENTED);
        }
    }

    @Test
    void aValueBeyondTheRequestLimit_isRefused() {
        var status = statusOf(() -> put("big", 1_700_000));

        assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(status.getDescription()).contains("request is too large");
    }

    @Test
    void aMessageBeyondTheTransportLimit_isRefused() {
        var status = statusOf(() -> put("bigger", 3_000_000));

        assertThat(status.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    }

    @Test
    void anEmptyKey_isAnErrorOfItsOwn() {
        var status = statusOf(() -> put("", 1));

        assertThat(status.getDescription()).isEqualTo("etcdserver: key is not provided");
    }

    @Test
    void connectionsThatStopInTheMiddle_disturbNobody() throws IOException {
        var open = new ArrayList<Socket>();
        try {
            for (var i = 0; i < 50; i++) {
                var socket = socket(grpcPort());
                // A part of the preface, the preface alone, or a frame that never ends.
                var sent = i % 3 == 0 ? Arrays.copyOf(PREFACE, 10) : PREFACE;
                socket.getOutputStream().write(sent);
                if (i % 3 == 2) {
                    socket.getOutputStream().write(new byte[] {0, 64, 0, 0, 0, 0, 0, 0, 1, 42});
                }
                socket.getOutputStream().flush();
                open.add(socket);
            }
            assertServes();
        } finally {
            close(open);
        }
    }

    @Test
    void aThousandIdleConnections_disturbNobody() throws IOException {
        var open = new ArrayList<Socket>();
        try {
            for (var i = 0; i < IDLE_CONNECTIONS; i++) {
                open.add(socket(grpcPort()));
            }
            assertServes();
        } finally {
            close(open);
        }
    }

    @Test
    void aWatchThatIsNeverRead_doesNotHoldUpWriters() {
        var unread = WatchGrpc.getWatchMethod();
        ClientCall<WatchRequest, WatchResponse> call = channel.newCall(unread, CallOptions.DEFAULT);
        call.start(new ClientCall.Listener<>() {}, new Metadata());
        call.sendMessage(
                WatchRequest.newBuilder()
                        .setCreateRequest(
                                WatchCreateRequest.newBuilder()
                                        .setKey(ByteString.copyFromUtf8("unread/"))
                                        .setRangeEnd(ByteString.copyFromUtf8("unread0")))
                        .build());
        try (var other = new KeyValues(cluster.endpoint(RUDE_NODE))) {
            var value = "v".repeat(100_000);
            var startedAt = System.nanoTime();
            for (var i = 0; i < 300; i++) {
                other.put("unread/" + i % 10, value);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - startedAt))
                    .isLessThan(AT_ONCE.multipliedBy(4));
        }
        assertServes();
        call.cancel("enough", null);
    }

    @Test
    void largeRangesThatAreNeverRead_doNotHoldUpOthers() {
        try (var other = new KeyValues(cluster.endpoint(RUDE_NODE))) {
            var value = "v".repeat(100_000);
            for (var i = 0; i < 50; i++) {
                other.put("large/" + i, value);
            }
        }
        var calls = new ArrayList<ClientCall<RangeRequest, RangeResponse>>();
        var request =
                RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("large/"))
                        .setRangeEnd(ByteString.copyFromUtf8("large0"))
                        .build();
        for (var i = 0; i < 40; i++) {
            ClientCall<RangeRequest, RangeResponse> call =
                    channel.newCall(KVGrpc.getRangeMethod(), CallOptions.DEFAULT);
            call.start(new ClientCall.Listener<>() {}, new Metadata());
            call.sendMessage(request);
            call.halfClose();
            calls.add(call);
        }

        assertServes();
        calls.forEach(call -> call.cancel("enough", null));
    }

    @Test
    void garbageOnEveryPort_isAnsweredWithAnErrorOrTheEnd() throws IOException {
        for (var port : ports()) {
            for (var seed = 0; seed < 20; seed++) {
                sendGarbage(port, seed);
            }
            for (var text :
                    List.of(
                            "GET / HTTP/1.1\r\n\r\n",
                            "\r\n\r\n",
                            "GET /\0",
                            "\u0000\u0000\u0000\u0008")) {
                send(port, text.getBytes(StandardCharsets.ISO_8859_1));
            }
        }
    }

    // -- what the tests share

    private static void assertServes() {
        assertThat(processes).allMatch(NodeProcess::isAlive);
        for (var endpoint : cluster.endpoints()) {
            try (var node = new KeyValues(endpoint)) {
                var startedAt = System.nanoTime();
                Await.until("an answer from " + endpoint, AT_ONCE, () -> answers(node));
                assertThat(Duration.ofNanos(System.nanoTime() - startedAt)).isLessThan(AT_ONCE);
            }
        }
    }

    private static boolean answers(KeyValues node) {
        node.put("polite", "here");
        return node.get("polite").getFirst().getValue().toStringUtf8().equals("here");
    }

    private void put(String key, int bytes) {
        KVGrpc.newBlockingStub(channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .put(
                        PutRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8(key))
                                .setValue(ByteString.copyFrom(new byte[bytes]))
                                .build());
    }

    private Runnable call(String method, byte[] request) {
        var descriptor =
                MethodDescriptor.newBuilder(new RawBytes(), new RawBytes())
                        .setType(MethodDescriptor.MethodType.UNARY)
                        .setFullMethodName(method)
                        .build();
        var options = CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS);
        return () -> {
            var answer = ClientCalls.blockingUnaryCall(channel, descriptor, options, request);
            assertThat(answer).isNotNull();
        };
    }

    private static Status statusOf(Runnable call) {
        try {
            call.run();
            return Status.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus();
        }
    }

    private static List<Integer> ports() {
        var ports = new ArrayList<Integer>();
        ports.add(grpcPort());
        if (cluster instanceof MainstayCluster mainstay) {
            ports.add(mainstay.raftPort(RUDE_NODE));
            ports.add(mainstay.httpPort(RUDE_NODE));
            ports.add(mainstay.sqlPort(RUDE_NODE));
        }
        return ports.stream().filter(port -> NodeProcess.listeningOn(port).isPresent()).toList();
    }

    private static int grpcPort() {
        var endpoint = cluster.endpoint(RUDE_NODE);
        return Integer.parseInt(endpoint.substring(endpoint.indexOf(':') + 1));
    }

    private static void sendGarbage(int port, int seed) throws IOException {
        var random = new Random(seed);
        var garbage = new byte[1 + random.nextInt(20_000)];
        random.nextBytes(garbage);
        send(port, garbage);
    }

    private static void send(int port, byte[] bytes) throws IOException {
        try (var socket = socket(port)) {
            write(socket.getOutputStream(), bytes);
        }
    }

    // The other side may close as soon as it has seen enough.
    private static void write(OutputStream out, byte[] bytes) {
        try {
            out.write(bytes);
            out.flush();
        } catch (IOException e) {
            assertThat(e).hasMessageMatching("(?i).*(reset|broken pipe|closed).*");
        }
    }

    private static Socket socket(int port) throws IOException {
        var socket = new Socket();
        socket.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                (int) AT_ONCE.toMillis());
        return socket;
    }

    private static void close(List<Socket> sockets) throws IOException {
        for (var socket : sockets) {
            socket.close();
        }
    }
}
