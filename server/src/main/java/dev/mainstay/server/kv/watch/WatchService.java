package dev.mainstay.server.kv.watch;

import dev.mainstay.client.proto.WatchGrpc;
import dev.mainstay.client.proto.WatchRequest;
import dev.mainstay.client.proto.WatchResponse;
import dev.mainstay.server.gateway.Gateway;
import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/// etcd's Watch service. Bind it to a server; close it after the server stopped taking calls.
///
/// Calls arrive on gRPC's threads and are passed on at once: nothing here blocks.
public final class WatchService implements BindableService, AutoCloseable {

    private static final Metadata.Key<String> NEEDS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);
    private static final Context.Key<Boolean> NEEDS_LEADER_CONTEXT =
            Context.keyWithDefault("hasleader", false);

    private final Gateway gateway;
    private final WatchSettings settings;
    private final Dispatcher dispatcher;

    public WatchService(Gateway gateway, WatchSettings settings) {
        this.gateway = gateway;
        this.settings = settings;
        dispatcher = new Dispatcher(gateway, settings);
        dispatcher.start();
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ServerInterceptors.intercept(new Calls(), new LeaderWish());
    }

    /// Ends all streams.
    @Override
    public void close() {
        dispatcher.close();
    }

    private StreamObserver<WatchRequest> open(ServerCallStreamObserver<WatchResponse> wire) {
        var outbox = new Outbox(settings.streamBytesMax(), settings.responseBytesMax());
        var call = new Call(wire, outbox);
        wire.disableAutoRequest();
        wire.setOnReadyHandler(call.sender::wake);
        wire.setOnCancelHandler(call::abandon);
        dispatcher.post(() -> dispatcher.open(call.stream));
        dispatcher.endIfOver(call.stream);
        return call;
    }

    /// One stream's requests, on gRPC's threads.
    private final class Call implements StreamObserver<WatchRequest> {
        private final Sender sender;
        private final WatchStream stream;

        Call(ServerCallStreamObserver<WatchResponse> wire, Outbox outbox) {
            sender =
                    new Sender(
                            wire,
                            outbox,
                            dispatcher.responses(),
                            settings,
                            gateway.eventLoop(),
                            this::relieved);
            stream = new WatchStream(outbox, sender, NEEDS_LEADER_CONTEXT.get());
        }

        @Override
        public void onNext(WatchRequest request) {
            dispatcher.post(() -> dispatcher.handle(stream, request));
        }

        /// As in etcd, a client that has no more requests still gets its events.
        @Override
        public void onCompleted() {}

        @Override
        public void onError(Throwable thrown) {
            abandon();
        }

        private void abandon() {
            sender.abandon();
            dispatcher.post(() -> dispatcher.forget(stream));
        }

        private void relieved() {
            dispatcher.post(() -> dispatcher.relieved(stream));
        }
    }

    private final class Calls extends WatchGrpc.WatchImplBase {
        @Override
        public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> answers) {
            return open((ServerCallStreamObserver<WatchResponse>) answers);
        }
    }

    private static final class LeaderWish implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            boolean isWanted = "true".equals(headers.get(NEEDS_LEADER));
            return Contexts.interceptCall(
                    Context.current().withValue(NEEDS_LEADER_CONTEXT, isWanted),
                    call,
                    headers,
                    next);
        }
    }
}
