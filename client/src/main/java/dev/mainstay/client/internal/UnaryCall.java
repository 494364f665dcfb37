package dev.mainstay.client.internal;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One request and all its attempts, until there is an answer or the deadline.
///
/// One attempt runs at a time, and is its own listener; the next one starts only after the last
/// one's end was heard. So the fields are handed from attempt to attempt and need no lock. Only
/// [#cancel] comes from other threads.
public final class UnaryCall<Q, A> extends ClientCall.Listener<A> {

    private static final long PAUSE_MIN_NANOS = TimeUnit.MILLISECONDS.toNanos(4);
    private static final int PAUSE_DOUBLINGS_MAX = 6;

    private final Cluster cluster;
    private final Method<Q, A> method;
    private final long deadline;
    private final @Nullable Node pin;
    private final Receiver<? super A> receiver;

    private Q message;
    private int attempts;
    private @Nullable Node node;
    private @Nullable A answer;
    private boolean maybeExecuted;
    private boolean leaderMissing;
    private boolean isAnswered;
    private Status lastStatus = Status.DEADLINE_EXCEEDED;

    private @Nullable ClientCall<Q, A> attempt;

    // Shared with whoever cancels. An attempt can be cancelled only once it is sent.
    private volatile @Nullable ClientCall<Q, A> cancellable;
    private volatile boolean isCancelled;

    /// @param deadline a value of [System#nanoTime]
    /// @param pin the only node to ask; null = the router chooses
    UnaryCall(
            Cluster cluster,
            Method<Q, A> method,
            Q message,
            long deadline,
            @Nullable Node pin,
            Receiver<? super A> receiver) {
        this.cluster = cluster;
        this.method = method;
        this.message = message;
        this.deadline = deadline;
        this.pin = pin;
        this.receiver = receiver;
    }

    void attempt() {
        long remaining = deadline - System.nanoTime();
        if (isCancelled || remaining <= 0) {
            giveUp();
            return;
        }
        var target = pin == null ? cluster.router().choose(method.route(), node) : pin;
        node = target;
        attempts++;
        boolean isOnlyHope = pin != null || method.isPatient();
        long patience = isOnlyHope ? remaining : Math.min(remaining, cluster.attemptTimeoutNanos());
        var options = CallOptions.DEFAULT.withDeadlineAfter(patience, TimeUnit.NANOSECONDS);
        var call = target.calls().newCall(method.descriptor(), options);
        attempt = call;
        call.start(this, new Metadata());
        call.request(2);
        call.sendMessage(message);
        if (isUnary()) {
            call.halfClose();
        }
        cancellable = call;
        if (isCancelled) {
            call.cancel("cancelled", null);
        }
    }

    private static <T> T begun(@Nullable T part) {
        if (part == null) {
            throw new AssertionError("an end without a beginning");
        }
        return part;
    }

    private boolean isUnary() {
        return method.descriptor().getType() == MethodType.UNARY;
    }

    @Override
    public void onMessage(A received) {
        if (isUnary()) {
            answer = received;
            return;
        }
        // A stream used for one exchange. Half-closed only now: a node may end the stream, answered
        // or not, when it hears that no more requests come.
        var call = begun(attempt);
        var from = begun(node);
        if (!isAnswered) {
            isAnswered = true;
            call.halfClose();
            from.succeeded();
            receiver.answered(received, from);
        }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        var call = begun(attempt);
        var target = begun(node);
        if (isAnswered) {
            return;
        }
        var received = answer;
        if (received != null && status.isOk()) {
            target.succeeded();
            receiver.answered(received, target);
            return;
        }
        answer = null;
        boolean sent = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) != null;
        judge(status.isOk() ? Status.INTERNAL.withDescription("no answer") : status, sent, target);
    }

    private void judge(Status status, boolean sent, Node target) {
        var judgement = Judgement.of(status, sent);
        // An attempt that was cut off by the end of the call's own time says less than the one
        // before it.
        boolean isCutOff = deadline - System.nanoTime() <= 0 && attempts > 1;
        if (!isCutOff || status.getCode() != Status.Code.DEADLINE_EXCEEDED) {
            lastStatus = status;
            leaderMissing = judgement == Judgement.LEADERLESS;
        }
        switch (judgement) {
            case FINAL -> target.succeeded();
            case LEADERLESS -> cluster.router().leaderless();
            case REFUSED, UNKNOWN -> {
                target.failed();
                cluster.router().failed(target);
            }
        }
        if (judgement == Judgement.UNKNOWN && !maybeExecuted) {
            maybeExecuted = true;
            message = method.repeated().apply(message);
        }
        if (mayRepeat(judgement)) {
            pauseAndRepeat();
        } else {
            receiver.failed(fault(judgement == Judgement.FINAL));
        }
    }

    private boolean mayRepeat(Judgement judgement) {
        if (judgement == Judgement.FINAL || isCancelled) {
            return false;
        }
        return switch (method.repeat()) {
            case ALWAYS -> true;
            case IF_REFUSED -> judgement != Judgement.UNKNOWN;
            case NEVER -> false;
        };
    }

    private void pauseAndRepeat() {
        long bound = PAUSE_MIN_NANOS << Math.min(attempts - 1, PAUSE_DOUBLINGS_MAX);
        long pause = ThreadLocalRandom.current().nextLong(bound / 2, bound + 1);
        if (deadline - System.nanoTime() <= pause) {
            giveUp();
        } else {
            cluster.schedule(this::attempt, pause, this::giveUp);
        }
    }

    private void giveUp() {
        receiver.failed(fault(false));
    }

    private Fault fault(boolean isFinal) {
        return new Fault(lastStatus, isFinal, maybeExecuted, leaderMissing, attempts, node);
    }

    /// Ends the call early. Its receiver still hears the end.
    public void cancel() {
        isCancelled = true;
        var call = cancellable;
        if (call != null) {
            call.cancel("cancelled", null);
        }
    }
}
