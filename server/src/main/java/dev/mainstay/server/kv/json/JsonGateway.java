package dev.mainstay.server.kv.json;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.mainstay.server.gateway.Gateway;
import dev.mainstay.server.gateway.Readiness;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.Status;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// What the port answers over HTTP/1.1: etcd's services as JSON, `/version` and `/health`. Runs on
/// the connections' event loops and keeps nothing between requests.
public final class JsonGateway {

    private static final String VERSION = "{\"etcdserver\":\"3.5.21\",\"etcdcluster\":\"3.5.0\"}";
    private static final int MESSAGE_BYTES_MAX = 2 << 20;
    private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(5);
    private static final Metadata.Key<String> TOKEN =
            Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final String BEARER = "Bearer ";

    private final Channel services;
    private final Gateway gateway;

    /// @param services leads to etcd's services of this node, best in process and on the calling
    ///   thread
    public JsonGateway(Channel services, Gateway gateway) {
        this.services = services;
        this.gateway = gateway;
    }

    /// Reads `request` before it returns.
    void answer(FullHttpRequest request, Reply reply) {
        var uri = request.uri();
        int mark = uri.indexOf('?');
        var path = mark < 0 ? uri : uri.substring(0, mark);
        if (path.equals("/version") || path.equals("/health")) {
            if (!request.method().equals(HttpMethod.GET)) {
                reply.text(HttpResponseStatus.METHOD_NOT_ALLOWED);
            } else if (path.equals("/version")) {
                reply.json(HttpResponseStatus.OK, VERSION);
            } else {
                health(uri.contains("serializable=true"), reply);
            }
            return;
        }
        var method = Routes.find(path);
        if (method == null) {
            reply.text(HttpResponseStatus.NOT_FOUND);
        } else if (!request.method().equals(HttpMethod.POST)) {
            reply.text(HttpResponseStatus.METHOD_NOT_ALLOWED);
        } else {
            call(method, request, reply);
        }
    }

    private void call(MethodDescriptor<?, ?> method, FullHttpRequest request, Reply reply) {
        try {
            var messages = parse(method, request.content().toString(StandardCharsets.UTF_8));
            for (var message : messages) {
                refuseIfTooLarge(message);
            }
            JsonCall.start(services, method, headers(request), messages, reply);
        } catch (InvalidProtocolBufferException e) {
            refuse(Status.INVALID_ARGUMENT.withDescription(e.getMessage()), reply);
        } catch (TooLargeException e) {
            refuse(Status.RESOURCE_EXHAUSTED.withDescription(e.getMessage()), reply);
        }
    }

    private static List<Message> parse(MethodDescriptor<?, ?> method, String body)
            throws InvalidProtocolBufferException {
        var marshaller = (PrototypeMarshaller<?>) method.getRequestMarshaller();
        var prototype = (Message) Objects.requireNonNull(marshaller.getMessagePrototype());
        var messages = new ArrayList<Message>();
        for (var text : JsonText.split(body)) {
            messages.add(JsonText.parse(text, prototype));
            if (method.getType().clientSendsOneMessage()) {
                break;
            }
        }
        if (messages.isEmpty() && method.getType().clientSendsOneMessage()) {
            messages.add(prototype);
        }
        return messages;
    }

    /// A call in process has no wire that could refuse.
    private static void refuseIfTooLarge(Message message) throws TooLargeException {
        int bytes = message.getSerializedSize();
        if (bytes > MESSAGE_BYTES_MAX) {
            throw new TooLargeException(bytes);
        }
    }

    private static void refuse(Status status, Reply reply) {
        reply.json(Codes.http(status.getCode()), Codes.body(status));
    }

    private static Metadata headers(FullHttpRequest request) {
        var headers = new Metadata();
        var token = request.headers().get(HttpHeaderNames.AUTHORIZATION);
        if (token != null) {
            headers.put(TOKEN, token.startsWith(BEARER) ? token.substring(BEARER.length()) : token);
        }
        return headers;
    }

    /// Healthy is a node that could answer a strict read, or with `serializable` any read.
    private void health(boolean isSerializable, Reply reply) {
        if (isSerializable) {
            healthy(reply);
        } else if (gateway.standing().leader() == null) {
            unhealthy("RAFT NO LEADER", reply);
        } else if (gateway.isDiskFull()) {
            unhealthy("ALARM NOSPACE", reply);
        } else {
            gateway.whenStrict(
                    System.nanoTime() + HEALTH_TIMEOUT.toNanos(),
                    readiness -> reply.loop().execute(() -> health(readiness, reply)));
        }
    }

    private static void health(Readiness readiness, Reply reply) {
        switch (readiness) {
            case Readiness.Ready() -> healthy(reply);
            case Readiness.NoLeader(var reason) -> unhealthy("QGET ERROR:" + reason, reply);
            case Readiness.TooSlow() ->
                    unhealthy("QGET ERROR:etcdserver: request timed out", reply);
        }
    }

    private static void healthy(Reply reply) {
        reply.json(HttpResponseStatus.OK, "{\"health\":\"true\",\"reason\":\"\"}");
    }

    private static void unhealthy(String reason, Reply reply) {
        reply.json(
                HttpResponseStatus.SERVICE_UNAVAILABLE,
                "{\"health\":\"false\",\"reason\":" + JsonText.quote(reason) + "}");
    }

    private static final class TooLargeException extends Exception {
        @Serial private static final long serialVersionUID = 1;

        TooLargeException(int bytes) {
            super(
                    "grpc: received message larger than max (%d vs. %d)"
                            .formatted(bytes, MESSAGE_BYTES_MAX));
        }
    }
}
