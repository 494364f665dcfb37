package dev.mainstay.server.kv;

import dev.mainstay.server.gateway.Gateway;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/// Turns calls away that want a member with a leader (metadata `hasleader`) while this one has
/// none.
final class LeaderRequired implements ServerInterceptor {

    private static final Metadata.Key<String> HAS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    private final Gateway gateway;

    LeaderRequired(Gateway gateway) {
        this.gateway = gateway;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata metadata, ServerCallHandler<Q, A> next) {
        if ("true".equals(metadata.get(HAS_LEADER)) && gateway.standing().leader() == null) {
            call.close(EtcdError.NO_LEADER.status(), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        return next.startCall(call, metadata);
    }
}
