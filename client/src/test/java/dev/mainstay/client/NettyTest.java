package dev.mainstay.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.client.proto.CommitRequest;
import dev.mainstay.client.proto.CommitResponse;
import dev.mainstay.client.proto.ReadRequest;
import dev.mainstay.client.proto.ReadResponse;
import dev.mainstay.client.proto.ResponseHeader;
import dev.mainstay.client.proto.StoreGrpc;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// What only a real connection can show: whether a request was sent.
class NettyTest {

    private static final ResponseHeader HEADER = ResponseHeader.newBuilder().setRevision(5).build();

    private final AtomicInteger commits = new AtomicInteger();

    /// Answers reads, and commits only when told to.
    private final class Silent extends StoreGrpc.StoreImplBase {

        @Override
        public void read(ReadRequest request, StreamObserver<ReadResponse> to) {
            var answer = ReadResponse.newBuilder();
            answer.getRangeBuilder().setHeader(HEADER);
            to.onNext(answer.build());
            to.onCompleted();
        }

        @Override
        public void commit(CommitRequest request, StreamObserver<CommitResponse> to) {
            if (commits.incrementAndGet() > 1) {
                var answer = CommitResponse.newBuilder();
                answer.getTxnBuilder().setHeader(HEADER);
                to.onNext(answer.build());
                to.onCompleted();
            }
        }
    }

    private Server serve(int port) throws IOException {
        return NettyServerBuilder.forAddress(new InetSocketAddress("localhost", port))
                .directExecutor()
                .addService(new Silent())
                .build()
                .start();
    }

    private static Database connect(int port, Duration timeout) {
        return Mainstay.builder("localhost:" + port).timeout(timeout).connect();
    }

    @Test
    void refusedConnection_meansThatNothingWasSent() throws IOException {
        int port;
        try (var socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }

        try (var database = connect(port, Duration.ofMillis(300))) {
            assertThatThrownBy(() -> database.put("k", "v"))
                    .isInstanceOfSatisfying(
                            UnavailableException.class,
                            e -> assertThat(e.isMaybeCommitted()).isFalse());
        }
    }

    @Test
    void connectionLostAfterSending_isAnUnknownOutcome() throws IOException {
        var server = serve(0);

        try (var database = connect(server.getPort(), Duration.ofSeconds(1))) {
            var put = database.putAsync("k", "v");
            Await.until("the put is sent", () -> commits.get() == 1);
            server.shutdownNow();

            assertThatThrownBy(() -> Pending.await(put))
                    .isInstanceOf(OutcomeUnknownException.class);
        }
    }

    @Test
    void restartedNode_isFoundAtOnce() throws IOException, InterruptedException {
        var first = serve(0);
        int port = first.getPort();

        try (var database = connect(port, Duration.ofSeconds(5))) {
            var put = database.putAsync("k", "v");
            Await.until("the put is sent", () -> commits.get() == 1);
            first.shutdownNow().awaitTermination();
            var second = serve(port);

            assertThat(Pending.await(put).revision()).isEqualTo(5);
            second.shutdownNow();
        }
    }
}
