package dev.mainstay.jepsen.cluster;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.concurrent.TimeUnit;

/// gRPC channels as black-box tests want them: plain text, quick to try again.
public final class Channels {

    private static final int ANSWER_BYTES_MAX = 64 << 20;

    private Channels() {}

    public static ManagedChannel to(String endpoint) {
        return NettyChannelBuilder.forTarget(endpoint)
                .usePlaintext()
                .maxInboundMessageSize(ANSWER_BYTES_MAX)
                .build();
    }

    public static void close(ManagedChannel channel) {
        channel.shutdownNow();
        try {
            channel.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
