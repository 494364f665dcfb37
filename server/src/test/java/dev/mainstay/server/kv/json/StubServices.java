package dev.mainstay.server.kv.json;

import com.google.protobuf.ByteString;
import dev.mainstay.client.proto.Event;
import dev.mainstay.client.proto.HashRequest;
import dev.mainstay.client.proto.HashResponse;
import dev.mainstay.client.proto.KVGrpc;
import dev.mainstay.client.proto.KeyValue;
import dev.mainstay.client.proto.LeaseGrpc;
import dev.mainstay.client.proto.LeaseKeepAliveRequest;
import dev.mainstay.client.proto.LeaseKeepAliveResponse;
import dev.mainstay.client.proto.MaintenanceGrpc;
import dev.mainstay.client.proto.PutRequest;
import dev.mainstay.client.proto.PutResponse;
import dev.mainstay.client.proto.RangeRequest;
import dev.mainstay.client.proto.RangeResponse;
import dev.mainstay.client.proto.ResponseHeader;
import dev.mainstay.client.proto.SnapshotRequest;
import dev.mainstay.client.proto.SnapshotResponse;
import dev.mainstay.client.proto.WatchGrpc;
import dev.mainstay.client.proto.WatchRequest;
import dev.mainstay.client.proto.WatchResponse;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// Services that answer something fixed, and remember what they heard.
final class StubServices implements ServerInterceptor {

    static final ResponseHeader HEADER =
            ResponseHeader.newBuilder().setRevision(10).setRaftTerm(2).build();

    final List<RangeRequest> ranges = new CopyOnWriteArrayList<>();
    final List<String> tokens = new CopyOnWriteArrayList<>();
    final List<StreamObserver<WatchResponse>> watches = new CopyOnWriteArrayList<>();
    final AtomicInteger hungUp = new AtomicInteger();
    final AtomicInteger blobs = new AtomicInteger();

    List<BindableService> all() {
        return List.of(new Kv(), new Watch(), new Lease(), new Maintenance());
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        var token = headers.get(Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER));
        if (token != null) {
            tokens.add(token);
        }
        return next.startCall(call, headers);
    }

    private final class Kv extends KVGrpc.KVImplBase {

        @Override
        public void range(RangeRequest request, StreamObserver<RangeResponse> answer) {
            ranges.add(request);
            var value =
                    KeyValue.newBuilder()
                            .setKey(ByteString.copyFromUtf8("k4"))
                            .setCreateRevision(9)
                            .setModRevision(9)
                            .setVersion(1)
                            .setValue(ByteString.copyFromUtf8("v4"));
            answer.onNext(
                    RangeResponse.newBuilder()
                            .setHeader(HEADER)
                            .addKvs(value)
                            .setMore(true)
                            .setCount(5)
                            .build());
            answer.onCompleted();
        }

        @Override
        public void put(PutRequest request, StreamObserver<PutResponse> answer) {
            if (request.getKey().isEmpty()) {
                answer.onError(
                        Status.INVALID_ARGUMENT
                                .withDescription("etcdserver: key is not provided")
                                .asRuntimeException());
                return;
            }
            if (request.getLease() != 0) {
                answer.onError(
                        Status.NOT_FOUND
                                .withDescription("etcdserver: requested lease not found")
                                .asRuntimeException());
                return;
            }
            var header = HEADER.toBuilder().setRevision(request.getValue().size());
            answer.onNext(PutResponse.newBuilder().setHeader(header).build());
            answer.onCompleted();
        }
    }

    private final class Watch extends WatchGrpc.WatchImplBase {
        @Override
        public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> answers) {
            ((ServerCallStreamObserver<WatchResponse>) answers)
                    .setOnCancelHandler(hungUp::incrementAndGet);
            watches.add(answers);
            return new StreamObserver<>() {
                @Override
                public void onNext(WatchRequest request) {
                    answers.onNext(
                            WatchResponse.newBuilder().setHeader(HEADER).setCreated(true).build());
                }

                @Override
                public void onError(Throwable thrown) {}

                @Override
                public void onCompleted() {}
            };
        }
    }

    static WatchResponse deletion() {
        return WatchResponse.newBuilder()
                .setHeader(HEADER)
                .addEvents(
                        Event.newBuilder()
                                .setType(Event.EventType.DELETE)
                                .setKv(
                                        KeyValue.newBuilder()
                                                .setKey(ByteString.copyFromUtf8("a"))
                                                .setModRevision(10)))
                .build();
    }

    private static final class Lease extends LeaseGrpc.LeaseImplBase {
        @Override
        public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(
                StreamObserver<LeaseKeepAliveResponse> answers) {
            return new StreamObserver<>() {
                @Override
                public void onNext(LeaseKeepAliveRequest request) {
                    if (request.getID() < 0) {
                        answers.onError(
                                Status.UNAVAILABLE
                                        .withDescription("etcdserver: no leader")
                                        .asRuntimeException());
                        return;
                    }
                    answers.onNext(
                            LeaseKeepAliveResponse.newBuilder()
                                    .setHeader(HEADER)
                                    .setID(request.getID())
                                    .setTTL(60)
                                    .build());
                }

                @Override
                public void onError(Throwable thrown) {}

                @Override
                public void onCompleted() {
                    answers.onCompleted();
                }
            };
        }
    }

    private final class Maintenance extends MaintenanceGrpc.MaintenanceImplBase {

        @Override
        public void hash(HashRequest request, StreamObserver<HashResponse> answer) {
            answer.onNext(
                    HashResponse.newBuilder().setHeader(HEADER).setHash((int) 4259934816L).build());
            answer.onCompleted();
        }

        /// Two hundred blobs of 64 KiB, as fast as they are taken.
        @Override
        public void snapshot(SnapshotRequest request, StreamObserver<SnapshotResponse> answer) {
            var wire = (ServerCallStreamObserver<SnapshotResponse>) answer;
            var blob = ByteString.copyFrom(new byte[64 << 10]);
            wire.setOnReadyHandler(() -> {
                while (wire.isReady() && blobs.get() < 200) {
                    wire.onNext(SnapshotResponse.newBuilder().setBlob(blob).build());
                    if (blobs.incrementAndGet() == 200) {
                        wire.onCompleted();
                    }
                }
            });
        }
    }
}
