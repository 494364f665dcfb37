package dev.mainstay.server.kv.json;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/// The answer to one HTTP request: whole, or in lines as they come. Only on the connection's event
/// loop ([#loop]).
final class Reply {

    private static final String JSON = "application/json";
    private static final String TEXT = "text/plain; charset=utf-8";

    private final ChannelHandlerContext context;
    private final boolean isKeepAlive;
    private final boolean isChunkable;
    private final Consumer<ChannelHandlerContext> onDone;
    private Runnable onHangUp = () -> {};
    private boolean isStream;
    private boolean isDone;

    /// @param isChunkable the client knows HTTP/1.1; else the end of the connection ends an answer
    Reply(
            ChannelHandlerContext context,
            boolean isKeepAlive,
            boolean isChunkable,
            Consumer<ChannelHandlerContext> onDone) {
        this.context = context;
        this.isKeepAlive = isKeepAlive && isChunkable;
        this.isChunkable = isChunkable;
        this.onDone = onDone;
    }

    Executor loop() {
        return context.executor();
    }

    boolean isKeepAlive() {
        return isKeepAlive;
    }

    boolean isStream() {
        return isStream;
    }

    /// `cancel` runs if the client goes away before it has its answer.
    void onHangUp(Runnable cancel) {
        onHangUp = cancel;
    }

    void hungUp() {
        if (!isDone) {
            isDone = true;
            onHangUp.run();
        }
    }

    void json(HttpResponseStatus status, String body) {
        whole(status, JSON, body);
    }

    /// As Go's HTTP server words it.
    void text(HttpResponseStatus status) {
        whole(
                status,
                TEXT,
                status.equals(HttpResponseStatus.NOT_FOUND)
                        ? "404 page not found\n"
                        : status.reasonPhrase() + "\n");
    }

    private void whole(HttpResponseStatus status, String type, String body) {
        if (isDone) {
            return;
        }
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        var response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(bytes));
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
        response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, bytes.length);
        sayIfLast(response);
        finish(response);
    }

    /// Makes the answer a stream of lines.
    void stream() {
        if (isDone || isStream) {
            return;
        }
        isStream = true;
        var response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, JSON);
        HttpUtil.setTransferEncodingChunked(response, isChunkable);
        sayIfLast(response);
        var _ = context.write(response);
    }

    /// One line of a stream; `written` runs when there is room for the next.
    void line(String text, Runnable written) {
        if (isDone) {
            return;
        }
        var bytes = Unpooled.wrappedBuffer((text + "\n").getBytes(StandardCharsets.UTF_8));
        context.writeAndFlush(new DefaultHttpContent(bytes))
                .addListener(write -> {
                    if (write.isSuccess()) {
                        written.run();
                    }
                });
    }

    void endStream() {
        if (!isDone) {
            finish(LastHttpContent.EMPTY_LAST_CONTENT);
        }
    }

    private void finish(Object last) {
        isDone = true;
        context.writeAndFlush(last)
                .addListener(ChannelFutureListener.CLOSE_ON_FAILURE)
                .addListener(_ -> onDone.accept(context));
    }

    private void sayIfLast(HttpResponse response) {
        if (!isKeepAlive) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
    }
}
