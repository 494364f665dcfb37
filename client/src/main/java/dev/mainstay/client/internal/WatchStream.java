package dev.mainstay.client.internal;

import dev.mainstay.client.internal.Method.Route;
import dev.mainstay.client.proto.Event;
import dev.mainstay.client.proto.WatchCreateRequest;
import dev.mainstay.client.proto.WatchGrpc;
import dev.mainstay.client.proto.WatchProgressRequest;
import dev.mainstay.client.proto.WatchRequest;
import dev.mainstay.client.proto.WatchResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One watch over all the streams that carry it: when one breaks, the next begins, on another node
/// if need be, where the last one ended.
///
/// Invariants, between any two calls:
///
/// - every event below `next` was given to the sink, and none at or above it;
/// - answers asked for and not yet drained are at most [#ANSWERS_AHEAD].
///
/// Callbacks of gRPC and timers run on the event loop, the rest on any thread.
public final class WatchStream {

    /// Hears, on the event loop, in order.
    public interface Sink {

        /// The node watches from after `revision` on. Once.
        void created(long revision);

        /// The events of one whole revision. The sink calls [#drained] some time after the last one
        /// of an answer.
        void changes(long revision, List<Event> events, boolean isLastOfAnswer);

        /// All events up to `revision` were given.
        void progress(long revision);

        /// What the watch should begin with is gone.
        void compacted(long compactRevision, String reason);

        /// A node's last word.
        void failed(Fault fault);
    }

    private static final int ANSWERS_AHEAD = 8;
    private static final long PAUSE_MIN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int PAUSE_DOUBLINGS_MAX = 6;
    private static final Metadata.Key<String> NEEDS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    private final Cluster cluster;
    private final WatchCreateRequest template;
    private final @Nullable Node pin;
    private final Sink sink;

    /// Guards all fields below.
    private final Object lock = new Object();

    private long next;
    private boolean isCreated;
    private boolean isOver;
    private int undrained;
    private int failures;
    private @Nullable Node last;
    private @Nullable Line line;

    /// @param template without its start
    /// @param start the first revision wanted; 0 = after now
    public WatchStream(
            Cluster cluster,
            WatchCreateRequest template,
            long start,
            @Nullable Node pin,
            Sink sink) {
        this.cluster = cluster;
        this.template = template;
        this.next = start;
        this.pin = pin;
        this.sink = sink;
    }

    public void start() {
        synchronized (lock) {
            if (isOver) {
                return;
            }
            var node = pin == null ? cluster.router().choose(Route.HOME, last) : pin;
            last = node;
            var started = new Line(node);
            line = started;
            started.open(next, ANSWERS_AHEAD - undrained);
            cluster.schedule(started::giveUpUnlessCreated, cluster.attemptTimeoutNanos(), () -> {});
        }
    }

    /// The sink has consumed one answer: another may come.
    public void drained() {
        synchronized (lock) {
            undrained--;
            if (line != null) {
                line.call.request(1);
            }
        }
    }

    public void requestProgress() {
        synchronized (lock) {
            if (line != null && line.isLineCreated) {
                line.call.sendMessage(
                        WatchRequest.newBuilder()
                                .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                                .build());
            }
        }
    }

    public void cancel() {
        synchronized (lock) {
            isOver = true;
            if (line != null) {
                line.call.cancel("cancelled", null);
            }
        }
    }

    /// One gRPC stream.
    private final class Line extends ClientCall.Listener<WatchResponse> {

        private final Node node;
        private final ClientCall<WatchRequest, WatchResponse> call;
        private boolean isLineCreated;

        Line(Node node) {
            this.node = node;
            call = node.streams().newCall(WatchGrpc.getWatchMethod(), CallOptions.DEFAULT);
        }

        void open(long start, int answers) {
            var headers = new Metadata();
            if (pin == null) {
                // A node that lost its leader then ends the stream, and another may know better.
                headers.put(NEEDS_LEADER, "true");
            }
            call.start(this, headers);
            call.request(answers);
            call.sendMessage(
                    WatchRequest.newBuilder()
                            .setCreateRequest(template.toBuilder().setStartRevision(start))
                            .build());
        }

        @Override
        public void onMessage(WatchResponse answer) {
            synchronized (lock) {
                if (isOver || line != this) {
                    return;
                }
                if (answer.getCreated() && !answer.getCanceled()) {
                    created(answer.getHeader().getRevision());
                    call.request(1);
                } else if (answer.getCanceled()) {
                    cancelled(answer);
                } else if (answer.getEventsCount() == 0) {
                    progressed(answer.getHeader().getRevision());
                    call.request(1);
                } else {
                    changed(answer.getEventsList());
                }
            }
        }

        private void created(long revision) {
            isLineCreated = true;
            failures = 0;
            node.succeeded();
            if (next == 0) {
                // Now it is known what "now" was: should this stream break, the next one begins
                // there.
                next = revision + 1;
            }
            if (!isCreated) {
                isCreated = true;
                sink.created(next - 1);
            }
        }

        private void progressed(long revision) {
            if (revision >= next) {
                next = revision + 1;
                sink.progress(revision);
            }
        }

        private void changed(List<Event> events) {
            int from = 0;
            // After a resumption a node may begin before what was asked for.
            while (from < events.size() && revisionOf(events.get(from)) < next) {
                from++;
            }
            if (from == events.size()) {
                call.request(1);
                return;
            }
            undrained++;
            while (from < events.size()) {
                long revision = revisionOf(events.get(from));
                int to = from + 1;
                while (to < events.size() && revisionOf(events.get(to)) == revision) {
                    to++;
                }
                next = revision + 1;
                sink.changes(revision, events.subList(from, to), to == events.size());
                from = to;
            }
        }

        private static long revisionOf(Event event) {
            return event.getKv().getModRevision();
        }

        private void cancelled(WatchResponse answer) {
            var reason = answer.getCancelReason();
            long compact = answer.getCompactRevision();
            if (compact != 0 || reason.contains("compacted")) {
                end();
                sink.compacted(compact, reason);
            } else if (reason.isEmpty() || reason.contains("no leader")) {
                // No fault of the request's: the stream's end brings the next one.
                isLineCreated = false;
                call.cancel("cancelled by the node", null);
            } else {
                end();
                sink.failed(
                        fault(Status.INVALID_ARGUMENT.withDescription(reason), Judgement.FINAL));
            }
        }

        private void end() {
            isOver = true;
            call.cancel("over", null);
        }

        private Fault fault(Status status, Judgement judgement) {
            return new Fault(
                    status,
                    judgement == Judgement.FINAL,
                    false,
                    judgement == Judgement.LEADERLESS,
                    failures + 1,
                    node);
        }

        void giveUpUnlessCreated() {
            synchronized (lock) {
                if (line == this && !isLineCreated) {
                    call.cancel("not created in time", null);
                }
            }
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            synchronized (lock) {
                if (isOver || line != this) {
                    return;
                }
                line = null;
                boolean sent = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) != null;
                var judgement = Judgement.of(status, sent);
                if (judgement == Judgement.FINAL && !status.isOk()) {
                    isOver = true;
                    sink.failed(fault(status, judgement));
                    return;
                }
                if (judgement != Judgement.LEADERLESS) {
                    node.failed();
                    cluster.router().failed(node);
                } else {
                    cluster.router().leaderless();
                }
                failures++;
                long bound = PAUSE_MIN_NANOS << Math.min(failures, PAUSE_DOUBLINGS_MAX);
                long pause = ThreadLocalRandom.current().nextLong(bound / 2, bound + 1);
                cluster.schedule(
                        WatchStream.this::start, pause, () -> closed(fault(status, judgement)));
            }
        }
    }

    private void closed(Fault fault) {
        synchronized (lock) {
            if (!isOver) {
                isOver = true;
                sink.failed(fault);
            }
        }
    }
}
