package dev.mainstay.server.kv.watch;

import com.google.protobuf.ByteString;
import dev.mainstay.client.proto.Event;
import dev.mainstay.client.proto.WatchCancelRequest;
import dev.mainstay.client.proto.WatchCreateRequest;
import dev.mainstay.client.proto.WatchGrpc;
import dev.mainstay.client.proto.WatchProgressRequest;
import dev.mainstay.client.proto.WatchRequest;
import dev.mainstay.client.proto.WatchResponse;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One watch stream of a client that remembers all it hears.
final class TestStream implements ClientResponseObserver<WatchRequest, WatchResponse> {

    private final List<WatchResponse> responses = new ArrayList<>();
    private final boolean isReading;
    private @Nullable Status end;
    private @Nullable ClientCallStreamObserver<WatchRequest> wire;

    private TestStream(boolean isReading) {
        this.isReading = isReading;
    }

    static TestStream open(Channel channel) {
        return open(channel, true, new Metadata());
    }

    /// A client that sends, but reads only when told.
    static TestStream openWithoutReading(Channel channel) {
        return open(channel, false, new Metadata());
    }

    static TestStream openWithLeader(Channel channel) {
        var headers = new Metadata();
        headers.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
        return open(channel, true, headers);
    }

    private static TestStream open(Channel channel, boolean isReading, Metadata headers) {
        var stream = new TestStream(isReading);
        var _ =
                WatchGrpc.newStub(channel)
                        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                        .watch(stream);
        return stream;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> requestStream) {
        wire = requestStream;
        if (!isReading) {
            requestStream.disableAutoRequestWithInitial(0);
        }
    }

    void read(int count) {
        wire().request(count);
    }

    private ClientCallStreamObserver<WatchRequest> wire() {
        return Objects.requireNonNull(wire);
    }

    void create(String key, Consumer<WatchCreateRequest.Builder> more) {
        var create = WatchCreateRequest.newBuilder().setKey(ByteString.copyFromUtf8(key));
        more.accept(create);
        wire().onNext(WatchRequest.newBuilder().setCreateRequest(create).build());
    }

    void create(String key) {
        create(key, _ -> {});
    }

    void createPrefix(String prefix, Consumer<WatchCreateRequest.Builder> more) {
        var end =
                prefix.substring(0, prefix.length() - 1)
                        + (char) (prefix.charAt(prefix.length() - 1) + 1);
        create(
                prefix,
                create -> {
                    create.setRangeEnd(ByteString.copyFromUtf8(end));
                    more.accept(create);
                });
    }

    void cancel(long id) {
        wire().onNext(
                        WatchRequest.newBuilder()
                                .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id))
                                .build());
    }

    void askProgress() {
        wire().onNext(
                        WatchRequest.newBuilder()
                                .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                                .build());
    }

    void halfClose() {
        wire().onCompleted();
    }

    void hangUp() {
        wire().cancel("enough", null);
    }

    synchronized List<WatchResponse> responses() {
        return List.copyOf(responses);
    }

    List<WatchResponse> awaitResponses(int count) {
        Await.until(
                count + " responses, got " + responses().size(), () -> responses().size() >= count);
        return responses();
    }

    WatchResponse awaitResponse(int index) {
        return awaitResponses(index + 1).get(index);
    }

    /// All events of one watch so far.
    synchronized List<Event> events(long id) {
        var events = new ArrayList<Event>();
        for (var response : responses) {
            if (response.getWatchId() == id) {
                events.addAll(response.getEventsList());
            }
        }
        return events;
    }

    /// `key@revision`, with a minus before deletions, of one watch so far.
    List<String> story(long id) {
        var story = new ArrayList<String>();
        for (var event : events(id)) {
            story.add(
                    (event.getType() == Event.EventType.DELETE ? "-" : "")
                            + event.getKv().getKey().toStringUtf8()
                            + "@"
                            + event.getKv().getModRevision());
        }
        return story;
    }

    List<String> awaitStory(long id, int events) {
        Await.until(events + " events, got " + story(id), () -> events(id).size() >= events);
        return story(id);
    }

    Status awaitEnd() {
        Await.until("the end of the stream", () -> end() != null);
        return Objects.requireNonNull(end());
    }

    synchronized @Nullable Status end() {
        return end;
    }

    @Override
    public synchronized void onNext(WatchResponse response) {
        responses.add(response);
    }

    @Override
    public synchronized void onError(Throwable thrown) {
        end = Status.fromThrowable(thrown);
    }

    @Override
    public synchronized void onCompleted() {
        end = Status.OK;
    }
}
