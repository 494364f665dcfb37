package dev.mainstay.server.kv;

import io.grpc.ForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;

/// Refuses messages that are too large or malformed with the words of Go's gRPC, which clients of
/// etcd know. grpc-java has other words and codes.
final class MessageLimit {

    private final int bytesMax;

    MessageLimit(int bytesMax) {
        this.bytesMax = bytesMax;
    }

    /// The same service, with the limit before each method.
    ServerServiceDefinition before(ServerServiceDefinition service) {
        var methods = new ArrayList<ServerMethodDefinition<?, ?>>();
        for (var method : service.getMethods()) {
            methods.add(before(method));
        }
        var descriptor = ServiceDescriptor.newBuilder(service.getServiceDescriptor().getName());
        descriptor.setSchemaDescriptor(service.getServiceDescriptor().getSchemaDescriptor());
        methods.forEach(m -> descriptor.addMethod(m.getMethodDescriptor()));
        var limited = ServerServiceDefinition.builder(descriptor.build());
        methods.forEach(limited::addMethod);
        return limited.build();
    }

    private <Q, A> ServerMethodDefinition<Message<Q>, A> before(
            ServerMethodDefinition<Q, A> method) {
        var original = method.getMethodDescriptor();
        var descriptor =
                original.toBuilder(
                                new Limited<>(original.getRequestMarshaller()),
                                original.getResponseMarshaller())
                        .build();
        return ServerMethodDefinition.create(
                descriptor,
                (call, metadata) -> {
                    var inner = new Unlimited<>(call, original);
                    var listener = method.getServerCallHandler().startCall(inner, metadata);
                    return new Opening<>(call, listener);
                });
    }

    /// A request, or why there is none.
    private sealed interface Message<Q> {

        record Fits<Q>(Q request) implements Message<Q> {}

        record TooLarge<Q>(int bytes) implements Message<Q> {}

        record Malformed<Q>(String what) implements Message<Q> {}
    }

    private final class Limited<Q> implements MethodDescriptor.Marshaller<Message<Q>> {

        private final MethodDescriptor.Marshaller<Q> marshaller;

        Limited(MethodDescriptor.Marshaller<Q> marshaller) {
            this.marshaller = marshaller;
        }

        @Override
        public InputStream stream(Message<Q> message) {
            throw new AssertionError("a server reads requests");
        }

        @Override
        public Message<Q> parse(InputStream stream) {
            try {
                // A message that came without compression is all there: this is its size.
                int bytes = stream.available();
                return bytes > bytesMax
                        ? new Message.TooLarge<>(bytes)
                        : new Message.Fits<>(marshaller.parse(stream));
            } catch (StatusRuntimeException e) {
                // What escapes from here would end the call as our own failure, code UNKNOWN.
                return new Message.Malformed<>(String.valueOf(e.getStatus().getDescription()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /// The call as the service sees it.
    private static final class Unlimited<Q, A> extends ForwardingServerCall<Q, A> {

        private final ServerCall<Message<Q>, A> call;
        private final MethodDescriptor<Q, A> method;

        Unlimited(ServerCall<Message<Q>, A> call, MethodDescriptor<Q, A> method) {
            this.call = call;
            this.method = method;
        }

        @Override
        @SuppressWarnings("unchecked")
        protected ServerCall<Q, A> delegate() {
            // Only what concerns answers and the call as such is passed on; the type of requests
            // shows in getMethodDescriptor alone.
            return (ServerCall<Q, A>) (ServerCall<?, A>) call;
        }

        @Override
        public MethodDescriptor<Q, A> getMethodDescriptor() {
            return method;
        }
    }

    private final class Opening<Q, A> extends ServerCall.Listener<Message<Q>> {

        private final ServerCall<Message<Q>, A> call;
        private final ServerCall.Listener<Q> listener;
        private boolean isRefused;

        Opening(ServerCall<Message<Q>, A> call, ServerCall.Listener<Q> listener) {
            this.call = call;
            this.listener = listener;
        }

        @Override
        public void onMessage(Message<Q> message) {
            if (isRefused) {
                return;
            }
            switch (message) {
                case Message.Fits<Q>(var request) -> listener.onMessage(request);
                case Message.TooLarge<Q>(int bytes) -> {
                    isRefused = true;
                    call.close(tooLarge(bytes), new Metadata());
                }
                case Message.Malformed<Q>(var what) -> {
                    isRefused = true;
                    call.close(malformed(what), new Metadata());
                }
            }
        }

        @Override
        public void onHalfClose() {
            if (!isRefused) {
                listener.onHalfClose();
            }
        }

        @Override
        public void onCancel() {
            listener.onCancel();
        }

        @Override
        public void onComplete() {
            listener.onComplete();
        }

        @Override
        public void onReady() {
            listener.onReady();
        }
    }

    private static Status malformed(String what) {
        return Status.INTERNAL.withDescription("grpc: error unmarshalling request: " + what);
    }

    private Status tooLarge(int bytes) {
        return Status.RESOURCE_EXHAUSTED.withDescription(
                "grpc: received message larger than max (%d vs. %d)".formatted(bytes, bytesMax));
    }
}
