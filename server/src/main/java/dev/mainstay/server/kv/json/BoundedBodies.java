package dev.mainstay.server.kv.json;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequest;

/// Collects a request's body up to a limit. Tells the handler after it when a request begins, so
/// that its end can be waited for, and when one is too large.
final class BoundedBodies extends HttpObjectAggregator {

    /// A user event: a request has begun.
    record Begun() {}

    /// Comes instead of a request that is too large; its body is thrown away.
    record TooLarge() {}

    /// etcd's 2 MiB as base64, and room for values that are too large to be refused as etcd does.
    private static final int BODY_BYTES_MAX = 4 << 20;

    BoundedBodies() {
        super(BODY_BYTES_MAX);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (message instanceof HttpRequest) {
            context.fireUserEventTriggered(new Begun());
        }
        super.channelRead(context, message);
    }

    /// In its turn: answers to earlier requests of this connection may still be under way.
    @Override
    protected void handleOversizedMessage(ChannelHandlerContext context, HttpMessage oversized) {
        context.fireChannelRead(new TooLarge());
    }
}
