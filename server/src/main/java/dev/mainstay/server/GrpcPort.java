package dev.mainstay.server;

import dev.mainstay.server.config.NodeConfig;
import dev.mainstay.server.kv.json.PortUnification;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The gRPC port and the connections to other nodes' gRPC ports, all on the node's event loop.
final class GrpcPort {

    private static final int PEER_MESSAGE_BYTES_MAX = 16 << 20;

    private final NodeThreads threads;

    GrpcPort(NodeThreads threads) {
        this.threads = threads;
    }

    /// A connection to another member.
    ManagedChannel connect(String address) {
        return NettyChannelBuilder.forTarget("dns:///" + address)
                .eventLoopGroup(threads.loops())
                .channelType(threads.clientChannel())
                .directExecutor()
                .usePlaintext()
                .maxInboundMessageSize(PEER_MESSAGE_BYTES_MAX)
                // Finds a peer that vanished without a word; the peers allow it.
                .keepAliveTime(2, TimeUnit.SECONDS)
                .keepAliveTimeout(2, TimeUnit.SECONDS)
                .keepAliveWithoutCalls(true)
                .disableRetry()
                .build();
    }

    /// Opens the port.
    Server open(
            NodeConfig config,
            List<ServerServiceDefinition> services,
            int messageBytesMax,
            PortUnification unification)
            throws IOException {
        var listen = config.listen();
        var builder =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(listen.host(), listen.grpcPort()))
                        .bossEventLoopGroup(threads.loops())
                        .workerEventLoopGroup(threads.loops())
                        .channelType(threads.serverChannel())
                        .directExecutor()
                        .maxInboundMessageSize(messageBytesMax)
                        .permitKeepAliveTime(1, TimeUnit.SECONDS)
                        .permitKeepAliveWithoutCalls(true)
                        .keepAliveTime(2, TimeUnit.HOURS)
                        .keepAliveTimeout(20, TimeUnit.SECONDS);
        services.forEach(builder::addService);
        unification.configure(builder);
        return builder.build().start();
    }
}
