package dev.mainstay.server.kv;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/// The place where one unary call is answered, once, from whichever thread has the answer.
final class Reply<T> {

    private final ServerCallStreamObserver<T> call;

    private Reply(ServerCallStreamObserver<T> call) {
        this.call = call;
    }

    /// Must be called before the service's method returns.
    static <T> Reply<T> to(StreamObserver<T> observer) {
        var call = (ServerCallStreamObserver<T>) observer;
        // Without a handler an answer to a cancelled call is an exception where it is sent.
        call.setOnCancelHandler(() -> {});
        return new Reply<>(call);
    }

    /// As [#to]; `cancelled` hears when the client gives up.
    static <T> Reply<T> to(StreamObserver<T> observer, Runnable cancelled) {
        var call = (ServerCallStreamObserver<T>) observer;
        call.setOnCancelHandler(cancelled);
        return new Reply<>(call);
    }

    void send(T answer) {
        call.onNext(answer);
        call.onCompleted();
    }

    void fail(EtcdError error) {
        fail(error.asRuntimeException());
    }

    void fail(StatusRuntimeException status) {
        call.onError(status);
    }
}
