package dev.mainstay.bench.load;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// Keeps a number of calls in flight for a time: a closed loop.
///
/// Its fields are touched on the event loop only, where the channels' callbacks run as well.
final class Generator {

    private static final long SLOWEST_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final Duration DRAIN = Duration.ofSeconds(30);

    private final Phase phase;
    private final KeySpace keys;
    private final List<ManagedChannel> channels;
    private final MethodDescriptor<byte[], byte[]> method;
    private final Executor eventLoop;
    private final SplittableRandom random = new SplittableRandom();
    private final Histogram latencies = new Histogram(SLOWEST_NANOS, 3);
    private final Map<String, Long> wrong = new TreeMap<>();
    private final CountDownLatch drained;
    private long calls;
    private long stopAt;
    private int nextChannel;

    Generator(Phase phase, KeySpace keys, List<ManagedChannel> channels, Executor eventLoop) {
        this.phase = phase;
        this.keys = keys;
        this.channels = channels;
        this.eventLoop = eventLoop;
        method =
                switch (phase.operation()) {
                    case PUT -> Wire.PUT;
                    case GET -> Wire.RANGE;
                };
        drained = new CountDownLatch(phase.inFlight());
    }

    record Result(long calls, Histogram latencies, Map<String, Long> wrong) {}

    /// Runs for `time`; called once, not on the event loop.
    Result run(Duration time) throws InterruptedException {
        eventLoop.execute(() -> {
            stopAt = System.nanoTime() + time.toNanos();
            for (var i = 0; i < phase.inFlight(); i++) {
                new Slot().next();
            }
        });
        if (!drained.await(time.plus(DRAIN).toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException(
                    "calls without an answer: %d in %s".formatted(drained.getCount(), phase));
        }
        return new Result(calls, latencies, wrong);
    }

    /// Every key once, in order: the preparation of a key space.
    static void fill(KeySpace keys, ManagedChannel channel) {
        var method = Wire.PUT;
        for (var key = 0; key < keys.size(); key++) {
            var answer =
                    ClientCalls.blockingUnaryCall(
                            channel,
                            method,
                            CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS),
                            keys.request(Phase.Operation.PUT, key));
            if (!Wire.isPutAnswer(answer)) {
                throw new IllegalStateException("not an answer to a put");
            }
        }
    }

    /// One of the calls in flight; used again for the next.
    private final class Slot extends ClientCall.Listener<byte[]> {

        private long startedAt;
        private int key;
        private byte @Nullable [] answer;

        void next() {
            startedAt = System.nanoTime();
            if (startedAt - stopAt >= 0) {
                drained.countDown();
                return;
            }
            key = random.nextInt(keys.size());
            answer = null;
            nextChannel = nextChannel + 1 == channels.size() ? 0 : nextChannel + 1;
            var call = channels.get(nextChannel).newCall(method, CallOptions.DEFAULT);
            call.start(this, new Metadata());
            call.request(2);
            call.sendMessage(keys.request(phase.operation(), key));
            call.halfClose();
        }

        @Override
        public void onMessage(byte[] message) {
            answer = message;
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            var now = System.nanoTime();
            if (!status.isOk()) {
                count(status.getCode() + " " + status.getDescription());
            } else if (answer == null || !keys.isRight(phase.operation(), key, answer)) {
                count("wrong answer");
            } else if (now - stopAt < 0) {
                calls++;
                latencies.recordValue(Math.min(now - startedAt, SLOWEST_NANOS));
            }
            // A refused call is closed inside start(): without this hop a dead server would make
            // the stack grow until it overflows.
            if (status.isOk()) {
                next();
            } else {
                eventLoop.execute(this::next);
            }
        }

        private void count(String kind) {
            wrong.merge(kind, 1L, Long::sum);
        }
    }
}
