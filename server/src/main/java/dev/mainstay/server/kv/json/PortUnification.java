package dev.mainstay.server.kv.json;

import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelHandler;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// gRPC and HTTP/1.1 on one port, in plain text.
///
/// gRPC's hook for this is its protocol negotiator: ours looks at the first bytes and then either
/// lets gRPC's own go on or takes the connection out of gRPC's hands. gRPC still counts such a
/// connection as one of its transports: a server that shuts down closes it.
public final class PortUnification {

    /// How long a connection may take to say what it speaks.
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private PortUnification() {}

    public static void configure(NettyServerBuilder server, JsonGateway gateway) {
        configure(server, gateway, PATIENCE);
    }

    static void configure(NettyServerBuilder server, JsonGateway gateway, Duration patience) {
        server.protocolNegotiator(
                new Negotiator(InternalProtocolNegotiators.serverPlaintext(), gateway, patience));
        // gRPC would close every HTTP/1.1 connection when its handshake is not over in two
        // minutes; we have a limit of our own, and it is shorter.
        server.handshakeTimeout(Long.MAX_VALUE, TimeUnit.MILLISECONDS);
    }

    private record Negotiator(
            InternalProtocolNegotiator.ProtocolNegotiator grpc,
            JsonGateway gateway,
            Duration patience)
            implements InternalProtocolNegotiator.ProtocolNegotiator {

        @Override
        public AsciiString scheme() {
            return grpc.scheme();
        }

        @Override
        public ChannelHandler newHandler(GrpcHttp2ConnectionHandler handler) {
            return new FirstBytes(grpc.newHandler(handler), gateway, patience);
        }

        @Override
        public void close() {
            grpc.close();
        }
    }
}
