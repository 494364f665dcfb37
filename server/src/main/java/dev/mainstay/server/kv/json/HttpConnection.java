package dev.mainstay.server.kv.json;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One HTTP/1.1 connection: answers its requests one after the other, in their order, however many
/// the client sends ahead. Runs on the connection's event loop.
final class HttpConnection extends ChannelDuplexHandler {

    private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);
    private static final int WAITING_MAX = 16;
    private static final long IDLE_SECONDS_MAX = 300;
    private static final long REQUEST_SECONDS_MAX = 60;

    private final JsonGateway gateway;

    /// Requests, or what came in the place of one.
    private final ArrayDeque<Object> waiting = new ArrayDeque<>();

    private @Nullable Reply current;
    private @Nullable Future<?> limit;
    private boolean isClosing;

    HttpConnection(JsonGateway gateway) {
        this.gateway = gateway;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        limit(context, IDLE_SECONDS_MAX);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof BoundedBodies.Begun) {
            limit(context, REQUEST_SECONDS_MAX);
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        limit(context, IDLE_SECONDS_MAX);
        waiting.add(message);
        if (waiting.size() >= WAITING_MAX) {
            context.channel().config().setAutoRead(false);
        }
        answerNext(context);
    }

    private void answerNext(ChannelHandlerContext context) {
        while (current == null && !isClosing && !waiting.isEmpty()) {
            var message = waiting.remove();
            try {
                answer(context, message);
            } finally {
                ReferenceCountUtil.release(message);
            }
        }
        if (waiting.isEmpty()) {
            context.channel().config().setAutoRead(true);
        }
    }

    private void answer(ChannelHandlerContext context, Object message) {
        if (message instanceof FullHttpRequest request && request.decoderResult().isSuccess()) {
            boolean isChunkable = request.protocolVersion().equals(HttpVersion.HTTP_1_1);
            var reply =
                    new Reply(context, HttpUtil.isKeepAlive(request), isChunkable, this::answered);
            current = reply;
            gateway.answer(request, reply);
            return;
        }
        // What follows on this connection cannot be told apart any more.
        var reply = new Reply(context, false, false, this::answered);
        current = reply;
        reply.text(
                message instanceof BoundedBodies.TooLarge
                        ? HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE
                        : HttpResponseStatus.BAD_REQUEST);
    }

    private void answered(ChannelHandlerContext context) {
        boolean isLast = isClosing || current == null || !current.isKeepAlive();
        current = null;
        if (isLast) {
            isClosing = true;
            var _ = context.close();
            return;
        }
        limit(context, IDLE_SECONDS_MAX);
        // Not from within an answer: a client that sends ahead must not make the stack grow.
        if (!waiting.isEmpty()) {
            context.executor().execute(() -> answerNext(context));
        }
    }

    /// While nothing is being answered, the client has so long for its next step.
    private void limit(ChannelHandlerContext context, long seconds) {
        if (limit != null) {
            limit.cancel(false);
        }
        limit =
                context.executor()
                        .schedule(
                                () -> {
                                    if (current == null) {
                                        var _ = context.close();
                                    }
                                },
                                seconds,
                                TimeUnit.SECONDS);
    }

    /// What is no part of HTTP is gRPC's command that the server stops. Streams end then; a call is
    /// answered first.
    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof HttpObject) {
            var _ = context.write(message, promise);
            return;
        }
        ReferenceCountUtil.release(message);
        isClosing = true;
        promise.setSuccess();
        if (current == null || current.isStream()) {
            var _ = context.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        isClosing = true;
        if (limit != null) {
            limit.cancel(false);
        }
        waiting.forEach(ReferenceCountUtil::release);
        waiting.clear();
        if (current != null) {
            current.hungUp();
        }
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.warn("HTTP connection from {} failed", context.channel().remoteAddress(), cause);
        }
        var _ = context.close();
    }
}
