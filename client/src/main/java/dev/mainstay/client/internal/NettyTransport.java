package dev.mainstay.client.internal;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// TCP, by Netty, on one thread for all nodes.
public final class NettyTransport implements Transport {

    /// An answer may hold a large range; the client asked for it.
    private static final int INBOUND_BYTES_MAX = 256 << 20;

    /// Nodes permit a ping every 5 s.
    private static final long PING_SECONDS = 8;

    private static final long PING_TIMEOUT_SECONDS = 3;

    private final EventLoopGroup group =
            new MultiThreadIoEventLoopGroup(
                    1,
                    new DefaultThreadFactory("mainstay-client", true),
                    NioIoHandler.newFactory());

    @Override
    public ManagedChannel open(String address) {
        return NettyChannelBuilder.forTarget("dns:///" + address)
                .channelType(NioSocketChannel.class)
                .eventLoopGroup(group)
                // Answers are handled where they are read: a hop to another thread would cost more
                // than the work.
                .directExecutor()
                .usePlaintext()
                // Retries are ours: they change the message and the node.
                .disableRetry()
                .maxInboundMessageSize(INBOUND_BYTES_MAX)
                .keepAliveTime(PING_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(PING_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .build();
    }

    @Override
    public ScheduledExecutorService eventLoop() {
        return group.next();
    }

    @Override
    public void close() {
        var _ = group.shutdownGracefully(0, 2, TimeUnit.SECONDS);
    }
}
