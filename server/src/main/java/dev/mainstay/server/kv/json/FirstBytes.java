package dev.mainstay.server.kv.json;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Waits for a connection's first bytes and makes it a gRPC or an HTTP/1.1 connection; anything
/// else is closed, and so is who keeps us waiting. Runs on the connection's event loop.
final class FirstBytes extends ByteToMessageDecoder {

    private static final byte[] HTTP2 = ascii("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    private static final List<byte[]> HTTP1 =
            List.of(
                    ascii("GET "),
                    ascii("POST "),
                    ascii("PUT "),
                    ascii("HEAD "),
                    ascii("DELETE "),
                    ascii("OPTIONS "),
                    ascii("PATCH "));

    private final ChannelHandler grpc;
    private final JsonGateway gateway;
    private final Duration patience;
    private @Nullable Future<?> limit;

    /// gRPC's own event, kept until its handler is there.
    private @Nullable Object negotiationBegins;

    FirstBytes(ChannelHandler grpc, JsonGateway gateway, Duration patience) {
        this.grpc = grpc;
        this.gateway = gateway;
        this.patience = patience;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        limit =
                context.executor()
                        .schedule(() -> close(context), patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (negotiationBegins == null) {
            negotiationBegins = event;
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (startsWith(in, HTTP2)) {
            if (in.readableBytes() >= HTTP2.length) {
                becomeGrpc(context);
            }
            return;
        }
        for (var method : HTTP1) {
            if (startsWith(in, method)) {
                if (in.readableBytes() >= method.length) {
                    becomeHttp(context);
                }
                return;
            }
        }
        in.skipBytes(in.readableBytes());
        close(context);
    }

    private static void close(ChannelHandlerContext context) {
        var _ = context.close();
    }

    private void becomeGrpc(ChannelHandlerContext context) {
        context.pipeline().addAfter(context.name(), null, grpc);
        if (negotiationBegins != null) {
            context.fireUserEventTriggered(negotiationBegins);
        }
        // Hands on the bytes that were read.
        context.pipeline().remove(this);
    }

    private void becomeHttp(ChannelHandlerContext context) {
        var pipeline = context.pipeline();
        // Behind us is only gRPC's handler that holds back writes until it has negotiated.
        while (pipeline.last() != this) {
            var _ = pipeline.removeLast();
        }
        pipeline.addLast(new HttpServerCodec());
        pipeline.addLast(new BoundedBodies());
        pipeline.addLast(new HttpConnection(gateway));
        pipeline.remove(this);
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext context) {
        if (limit != null) {
            limit.cancel(false);
        }
    }

    private static boolean startsWith(ByteBuf in, byte[] text) {
        int length = Math.min(in.readableBytes(), text.length);
        for (int i = 0; i < length; i++) {
            if (in.getByte(in.readerIndex() + i) != text[i]) {
                return false;
            }
        }
        return true;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
