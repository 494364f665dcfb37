package dev.mainstay.server;

import dev.mainstay.server.config.NodeConfig;
import dev.mainstay.server.gateway.Gateway;
import dev.mainstay.server.kv.json.JsonGateway;
import dev.mainstay.server.kv.json.PortUnification;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The gRPC port and the connections to other nodes' gRPC ports, all on the node's event loop.
final class GrpcPort {

    private static final int PEER_MESSAGE_BYTES_MAX = 16 << 20;

    private final NodeThreads threads;
    private @Nullable Server server;
    private @Nullable Server inProcess;
    private @Nullable ManagedChannel channel;

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
                .intercept(new OfNobody())
                .build();
    }

    /// A call to a peer serves many clients' calls at once, so it must not end with the one that
    /// happened to start it: without this it would inherit that call's gRPC context, and with it
    /// its cancellation and its deadline.
    private static final class OfNobody implements ClientInterceptor {

        @Override
        public <Q, A> ClientCall<Q, A> interceptCall(
                MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
            var callers = Context.ROOT.attach();
            try {
                return next.newCall(method, options);
            } finally {
                Context.ROOT.detach(callers);
            }
        }
    }

    /// Opens the port: gRPC for all `services`, and JSON over HTTP/1.1 for those in `json`.
    void open(
            NodeConfig config,
            List<ServerServiceDefinition> services,
            List<ServerServiceDefinition> json,
            int messageBytesMax,
            Gateway gateway)
            throws IOException {
        var listen = config.listen();
        var name = "json-" + config.name() + "-" + listen.grpcPort();
        var behindJson =
                InProcessServerBuilder.forName(name)
                        .directExecutor()
                        .maxInboundMessageSize(messageBytesMax);
        json.forEach(behindJson::addService);
        inProcess = behindJson.build().start();
        channel =
                InProcessChannelBuilder.forName(name)
                        .directExecutor()
                        .maxInboundMessageSize(Integer.MAX_VALUE)
                        .build();
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
        PortUnification.configure(builder, new JsonGateway(channel, gateway));
        server = builder.build().start();
    }

    /// New calls are refused; those that run go on.
    void drain() {
        if (server != null) {
            server.shutdown();
        }
    }

    void close() {
        if (server != null) {
            server.shutdownNow();
        }
        if (channel != null) {
            channel.shutdownNow();
        }
        if (inProcess != null) {
            inProcess.shutdownNow();
        }
    }
}
