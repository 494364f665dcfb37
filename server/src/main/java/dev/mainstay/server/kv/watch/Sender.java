package dev.mainstay.server.kv.watch;

import dev.mainstay.client.proto.WatchResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Sends one stream's outbox as fast as its client reads, and no faster. All sending runs on the
/// event loop; the public methods only ask for it and may be called from any thread.
final class Sender {

    private final ServerCallStreamObserver<WatchResponse> wire;
    private final Outbox outbox;
    private final Responses responses;
    private final long fragmentBytes;
    private final Executor eventLoop;
    private final Runnable onRelief;
    private final AtomicBoolean isScheduled = new AtomicBoolean();

    /// The rest of a part that became several responses. Event loop.
    private final ArrayDeque<WatchResponse> fragments = new ArrayDeque<>();

    /// Event loop.
    private boolean isOver;

    /// @param onRelief runs when an outbox that was too full has room again
    Sender(
            ServerCallStreamObserver<WatchResponse> wire,
            Outbox outbox,
            Responses responses,
            WatchSettings settings,
            Executor eventLoop,
            Runnable onRelief) {
        this.wire = wire;
        this.outbox = outbox;
        this.responses = responses;
        this.eventLoop = eventLoop;
        this.onRelief = onRelief;
        fragmentBytes = settings.fragmentBytes();
    }

    void wake() {
        if (!isScheduled.getAndSet(true)) {
            onEventLoop(this::send);
        }
    }

    /// Lets the client send one more request.
    void requestOne() {
        onEventLoop(() -> wire.request(1));
    }

    /// Ends the stream; what waits is not sent any more.
    void end(Status status) {
        onEventLoop(() -> {
            if (!isOver) {
                forget();
                wire.onError(status.asRuntimeException());
            }
        });
    }

    /// The client went away.
    void abandon() {
        onEventLoop(this::forget);
    }

    private void send() {
        // Before looking: what is put after the look asks for another run.
        isScheduled.set(false);
        while (!isOver && wire.isReady()) {
            var response = nextResponse();
            if (response == null) {
                break;
            }
            wire.onNext(response);
        }
        if (outbox.isRelieved()) {
            onRelief.run();
        }
    }

    private @Nullable WatchResponse nextResponse() {
        if (fragments.isEmpty()) {
            switch (outbox.take()) {
                case null -> {}
                case Outbox.Notice(var response) -> fragments.add(response);
                case Outbox.Part part -> fragments.addAll(responses.events(part, fragmentBytes));
            }
        }
        return fragments.poll();
    }

    private void forget() {
        isOver = true;
        fragments.clear();
        outbox.clear();
    }

    private void onEventLoop(Runnable work) {
        try {
            eventLoop.execute(work);
        } catch (RejectedExecutionException _) {
            // The event loop has stopped: so has the server, and with it all its streams.
            isScheduled.set(true);
        }
    }
}
