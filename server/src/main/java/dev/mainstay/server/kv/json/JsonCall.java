package dev.mainstay.server.kv.json;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One call of a service for an HTTP client. The service answers on any thread; the fields and the
/// reply belong to the connection's event loop.
final class JsonCall<Q, A> extends ClientCall.Listener<A> {

    private final ClientCall<Q, A> call;
    private final Reply reply;
    private final boolean isStream;
    private @Nullable A answer;

    private JsonCall(ClientCall<Q, A> call, Reply reply, boolean isStream) {
        this.call = call;
        this.reply = reply;
        this.isStream = isStream;
    }

    static <Q, A> void start(
            Channel services,
            MethodDescriptor<Q, A> method,
            Metadata headers,
            List<Message> requests,
            Reply reply) {
        var call = services.newCall(method, CallOptions.DEFAULT);
        var listener = new JsonCall<>(call, reply, !method.getType().serverSendsOneMessage());
        reply.onHangUp(() -> call.cancel("the HTTP client has gone", null));
        call.start(listener, headers);
        // Two: for an answer that must be the only one, gRPC wants to see that nothing follows.
        call.request(method.getType() == MethodType.UNARY ? 2 : 1);
        for (var request : requests) {
            @SuppressWarnings("unchecked") // Parsed as what the method takes.
            var message = (Q) request;
            call.sendMessage(message);
        }
        call.halfClose();
    }

    @Override
    public void onMessage(A message) {
        reply.loop().execute(() -> heard(message));
    }

    private void heard(A message) {
        if (!isStream) {
            answer = message;
            return;
        }
        reply.stream();
        // The next one only when this one has left: a slow client slows down the service.
        reply.line("{\"result\":" + JsonText.print((Message) message) + "}", () -> call.request(1));
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        reply.loop().execute(() -> closed(status));
    }

    private void closed(Status status) {
        if (!status.isOk()) {
            failed(status);
        } else if (isStream) {
            reply.stream();
            reply.endStream();
        } else if (answer != null) {
            reply.json(Codes.http(Status.Code.OK), JsonText.print((Message) answer));
        } else {
            failed(Status.INTERNAL.withDescription("the service did not answer"));
        }
    }

    private void failed(Status status) {
        if (!isStream) {
            reply.json(Codes.http(status.getCode()), Codes.body(status));
        } else if (reply.isStream()) {
            reply.line(Codes.line(status), () -> {});
            reply.endStream();
        } else {
            reply.json(Codes.http(status.getCode()), Codes.line(status) + "\n");
        }
    }
}
