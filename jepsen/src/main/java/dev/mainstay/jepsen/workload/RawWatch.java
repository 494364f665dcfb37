package dev.mainstay.jepsen.workload;

import com.google.protobuf.ByteString;
import dev.mainstay.client.KeyRange;
import dev.mainstay.client.proto.Event;
import dev.mainstay.client.proto.WatchCreateRequest;
import dev.mainstay.client.proto.WatchProgressRequest;
import dev.mainstay.client.proto.WatchRequest;
import dev.mainstay.client.proto.WatchResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A watch at one node without the SDK, which would hide what comes twice. gRPC's threads fill the
/// queue, one other thread does the rest.
final class RawWatch implements WatchSource {

    private final Place place;
    private final boolean hasPrevious;
    private final RawNode node;
    private final StreamObserver<WatchRequest> requests;
    private final CompletableFuture<Long> created = new CompletableFuture<>();
    private final LinkedBlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
    private final long createdRevision;

    RawWatch(Place place, int node, long start, boolean hasPrevious) throws InterruptedException {
        this.place = place;
        this.hasPrevious = hasPrevious;
        this.node = new RawNode(place.site().endpoints().get(node));
        this.requests = this.node.watches().watch(new Answers());
        var isOpen = false;
        try {
            requests.onNext(create(start));
            createdRevision = awaitCreated();
            isOpen = true;
        } finally {
            if (!isOpen) {
                close();
            }
        }
    }

    private WatchRequest create(long start) {
        var range = KeyRange.prefix(place.root());
        return WatchRequest.newBuilder()
                .setCreateRequest(
                        WatchCreateRequest.newBuilder()
                                .setKey(ByteString.copyFrom(range.from().toArray()))
                                .setRangeEnd(ByteString.copyFrom(range.end().toArray()))
                                .setStartRevision(start)
                                .setPrevKv(hasPrevious)
                                .setProgressNotify(true))
                .build();
    }

    private long awaitCreated() throws InterruptedException {
        try {
            return created.get(place.site().callTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw Status.DEADLINE_EXCEEDED.asRuntimeException();
        } catch (ExecutionException e) {
            throw Status.fromThrowable(e).asRuntimeException();
        }
    }

    @Override
    public long created() {
        return createdRevision;
    }

    /// Puts what comes into the queue, on gRPC's threads, one at a time.
    private final class Answers implements StreamObserver<WatchResponse> {

        @Override
        public void onNext(WatchResponse answer) {
            if (answer.getCreated()) {
                var _ = created.complete(answer.getHeader().getRevision());
            }
            if (answer.getEventsCount() > 0) {
                signals.add(answer(answer.getEventsList()));
            }
            if (answer.getCanceled()) {
                signals.add(
                        answer.getCompactRevision() > 0
                                ? new Compacted(answer.getCompactRevision())
                                : new Broken(answer.getCancelReason()));
            } else if (!answer.getCreated() && answer.getEventsCount() == 0) {
                signals.add(new Progress(answer.getHeader().getRevision()));
            }
        }

        @Override
        public void onError(Throwable failure) {
            var _ = created.completeExceptionally(failure);
            signals.add(new Broken(Status.fromThrowable(failure).toString()));
        }

        @Override
        public void onCompleted() {
            onError(Status.UNAVAILABLE.withDescription("the stream ended").asException());
        }
    }

    /// Neighbours of one revision belong together.
    private Answer answer(List<Event> events) {
        List<Object> batches = new ArrayList<>();
        List<Object> batch = new ArrayList<>();
        var revision = events.getFirst().getKv().getModRevision();
        var last = 0L;
        for (var event : events) {
            if (event.getKv().getModRevision() != revision) {
                batches.add(Reply.tree(revision, List.copyOf(batch)));
                batch.clear();
                revision = event.getKv().getModRevision();
            }
            batch.add(tree(event));
            last = Math.max(last, revision);
        }
        batches.add(Reply.tree(revision, List.copyOf(batch)));
        return new Answer(last, List.copyOf(batches));
    }

    private Object tree(Event event) {
        var key = event.getKv().getKey().toStringUtf8();
        var name = key.startsWith(place.root()) ? key.substring(place.root().length()) : key;
        var previous = hasPrevious ? previous(event) : -1;
        return event.getType() == Event.EventType.DELETE
                ? Reply.tree("delete", name, 0L, 0L, 0L, previous)
                : Reply.tree(
                        "put",
                        name,
                        number(event.getKv().getValue()),
                        event.getKv().getCreateRevision(),
                        event.getKv().getVersion(),
                        previous);
    }

    private static long previous(Event event) {
        return event.hasPrevKv() ? number(event.getPrevKv().getValue()) : 0;
    }

    private static long number(ByteString value) {
        return Long.parseLong(value.toStringUtf8());
    }

    @Override
    public List<Signal> drain(Duration atMost) throws InterruptedException {
        List<Signal> all = new ArrayList<>();
        var first = signals.poll(atMost.toMillis(), TimeUnit.MILLISECONDS);
        if (first != null) {
            all.add(first);
            var _ = signals.drainTo(all);
        }
        return all;
    }

    @Override
    public void requestProgress() {
        requests.onNext(
                WatchRequest.newBuilder()
                        .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                        .build());
    }

    @Override
    public void close() {
        requests.onError(Status.CANCELLED.asException());
        node.close();
    }
}
