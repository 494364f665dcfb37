package dev.mainstay.client;

import dev.mainstay.client.proto.ResponseHeader;
import dev.mainstay.client.proto.WatchCreateRequest;
import dev.mainstay.client.proto.WatchGrpc;
import dev.mainstay.client.proto.WatchRequest;
import dev.mainstay.client.proto.WatchResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;

/// The watch service of one fake node. Sends only what the client's flow control allows.
final class FakeWatches extends WatchGrpc.WatchImplBase {

    private final FakeCluster cluster;

    /// Guarded by this object, like the fields below and those of the streams.
    private final List<Stream> streams = new ArrayList<>();

    private final List<WatchCreateRequest> created = new ArrayList<>();
    private long compactedTo;
    private int answers;

    FakeWatches(FakeCluster cluster) {
        this.cluster = cluster;
    }

    synchronized List<WatchCreateRequest> created() {
        return List.copyOf(created);
    }

    /// How many answers with events went out.
    synchronized int answers() {
        return answers;
    }

    synchronized void compactTo(long revision) {
        compactedTo = revision;
    }

    /// Ends all streams, like a node that dies.
    synchronized void breakAll() {
        for (var stream : streams) {
            stream.out.onError(Status.UNAVAILABLE.withDescription("reset").asRuntimeException());
        }
        streams.clear();
    }

    synchronized void progress(long revision) {
        for (var stream : streams) {
            stream.out.onNext(
                    WatchResponse.newBuilder()
                            .setHeader(ResponseHeader.newBuilder().setRevision(revision))
                            .build());
        }
    }

    void feed() {
        synchronized (this) {
            streams.forEach(Stream::send);
        }
    }

    @Override
    public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> to) {
        var stream = new Stream((ServerCallStreamObserver<WatchResponse>) to);
        stream.out.setOnReadyHandler(() -> {
            synchronized (this) {
                stream.send();
            }
        });
        stream.out.setOnCancelHandler(() -> remove(stream));
        return new StreamObserver<>() {
            @Override
            public void onNext(WatchRequest request) {
                if (request.hasCreateRequest()) {
                    create(stream, request.getCreateRequest());
                }
            }

            @Override
            public void onError(Throwable gone) {
                remove(stream);
            }

            @Override
            public void onCompleted() {
                remove(stream);
            }
        };
    }

    private synchronized void remove(Stream stream) {
        streams.remove(stream);
    }

    private synchronized void create(Stream stream, WatchCreateRequest request) {
        created.add(request);
        stream.out.onNext(
                WatchResponse.newBuilder().setCreated(true).setHeader(cluster.header()).build());
        if (request.getStartRevision() != 0 && request.getStartRevision() < compactedTo) {
            stream.out.onNext(
                    WatchResponse.newBuilder()
                            .setCanceled(true)
                            .setCompactRevision(compactedTo)
                            .build());
            return;
        }
        stream.request = request;
        stream.next =
                request.getStartRevision() == 0
                        ? cluster.revision() + 1
                        : request.getStartRevision();
        streams.add(stream);
        stream.send();
    }

    private final class Stream {

        private final ServerCallStreamObserver<WatchResponse> out;
        private WatchCreateRequest request = WatchCreateRequest.getDefaultInstance();
        private long next;

        Stream(ServerCallStreamObserver<WatchResponse> out) {
            this.out = out;
        }

        /// One answer per revision, while the client takes them.
        void send() {
            while (next > 0 && out.isReady() && next <= cluster.revision()) {
                long revision = next++;
                var events =
                        cluster.eventsFrom(revision).stream()
                                .filter(e -> e.getKv().getModRevision() == revision)
                                .filter(e -> matches(e.getKv().getKey().toStringUtf8()))
                                .toList();
                if (!events.isEmpty()) {
                    answers++;
                    out.onNext(
                            WatchResponse.newBuilder()
                                    .setHeader(cluster.header())
                                    .addAllEvents(events)
                                    .build());
                }
            }
        }

        private boolean matches(String key) {
            var from = request.getKey().toStringUtf8();
            var end = request.getRangeEnd().toStringUtf8();
            return end.isEmpty()
                    ? key.equals(from)
                    : key.compareTo(from) >= 0 && (end.equals("\0") || key.compareTo(end) < 0);
        }
    }
}
