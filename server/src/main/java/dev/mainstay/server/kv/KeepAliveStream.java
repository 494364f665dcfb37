package dev.mainstay.server.kv;

import dev.mainstay.client.proto.LeaseKeepAliveRequest;
import dev.mainstay.client.proto.LeaseKeepAliveResponse;
import dev.mainstay.server.gateway.Gateway;
import dev.mainstay.server.gateway.Leases;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/// One client's stream of keepalives. Bounded: a request is read from the wire only when one of the
/// places in flight is free and the client takes its answers.
///
/// gRPC calls it on the call's thread, the leases answer on the event loop: the lock guards all
/// fields that change, and the order in which the stream is written.
final class KeepAliveStream implements StreamObserver<LeaseKeepAliveRequest> {

    private static final int IN_FLIGHT_MAX = 64;

    private final Gateway gateway;
    private final Headers headers;
    private final Reads reads;
    private final ServerCallStreamObserver<LeaseKeepAliveResponse> answers;

    private final Object lock = new Object();
    private int inFlight;
    private int owed;
    private boolean isHalfClosed;
    private boolean isOver;

    KeepAliveStream(
            Gateway gateway,
            Headers headers,
            Reads reads,
            ServerCallStreamObserver<LeaseKeepAliveResponse> answers) {
        this.gateway = gateway;
        this.headers = headers;
        this.reads = reads;
        this.answers = answers;
        answers.disableAutoRequest();
        answers.setOnReadyHandler(this::askForOwed);
        answers.setOnCancelHandler(this::end);
        answers.request(IN_FLIGHT_MAX);
    }

    @Override
    public void onNext(LeaseKeepAliveRequest request) {
        synchronized (lock) {
            inFlight++;
        }
        gateway.leases()
                .keepAlive(
                        request.getID(),
                        reads.deadline(),
                        answer -> answered(request.getID(), answer));
    }

    private void answered(long lease, Leases.Answer answer) {
        synchronized (lock) {
            inFlight--;
            if (isOver) {
                return;
            }
            switch (answer) {
                case Leases.Answer.Alive alive -> send(lease, alive.grantedSeconds());
                // Not an error, so that one lost lease does not end the stream of the others.
                case Leases.Answer.NotFound _ -> send(lease, 0);
                case Leases.Answer.NoLeader _ -> {
                    isOver = true;
                    answers.onError(EtcdError.NO_LEADER.asRuntimeException());
                }
            }
            completeWhenDone();
        }
    }

    private void send(long lease, long ttlSeconds) {
        answers.onNext(
                LeaseKeepAliveResponse.newBuilder()
                        .setHeader(headers.now())
                        .setID(lease)
                        .setTTL(ttlSeconds)
                        .build());
        owed++;
        askForOwed();
    }

    private void askForOwed() {
        synchronized (lock) {
            if (!isOver && owed > 0 && answers.isReady()) {
                int count = owed;
                owed = 0;
                answers.request(count);
            }
        }
    }

    private void completeWhenDone() {
        if (isHalfClosed && inFlight == 0 && !isOver) {
            isOver = true;
            answers.onCompleted();
        }
    }

    private void end() {
        synchronized (lock) {
            isOver = true;
        }
    }

    @Override
    public void onError(Throwable gone) {
        end();
    }

    @Override
    public void onCompleted() {
        synchronized (lock) {
            isHalfClosed = true;
            completeWhenDone();
        }
    }
}
