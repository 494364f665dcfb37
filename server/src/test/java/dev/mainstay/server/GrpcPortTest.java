package dev.mainstay.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Context;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class GrpcPortTest {

    /// One question to a peer answers the reads of many clients.
    @Test
    void aCallToAPeer_goesOn_whenTheClientsCallThatStartedItIsOver() throws Exception {
        var threads = new NodeThreads();
        var server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .addService(new HealthStatusManager().getHealthService())
                        .build()
                        .start();
        var channel = new GrpcPort(threads).connect("127.0.0.1:" + server.getPort());
        try (var over = Context.current().withCancellation()) {
            over.cancel(Status.CANCELLED.asException());
            var question = HealthCheckRequest.getDefaultInstance();

            var answer = over.call(() -> HealthGrpc.newBlockingStub(channel).check(question));

            assertThat(answer.getStatus()).isEqualTo(ServingStatus.SERVING);
        } finally {
            channel.shutdownNow();
            server.shutdownNow();
            threads.close();
        }
    }
}
