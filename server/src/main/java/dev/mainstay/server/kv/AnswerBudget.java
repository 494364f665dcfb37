package dev.mainstay.server.kv;

import com.google.protobuf.MessageLite;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.HashMap;
import java.util.Map;

/// Bounds the bytes of large answers that clients have not taken yet.
///
/// gRPC puts an answer into native memory when it is given, whether its client reads or not:
/// clients that ask for much and read nothing would use up what the process has. An answer that
/// does not fit any more is refused. Streams are not counted: they wait until their client reads.
/// Any thread.
final class AnswerBudget implements ServerInterceptor {

    /// Smaller answers are not counted: their number is bounded by other things.
    static final int COUNTED_BYTES_MIN = 64 << 10;

    private static final Status REFUSED =
            Status.RESOURCE_EXHAUSTED.withDescription(
                    "etcdserver: too many requests: large answers wait to be read");
    private static final Object UNKNOWN_CONNECTION = new Object();

    private final long nodeBytesMax;
    private final long connectionBytesMax;

    /// Guarded by `this`, as the total: bytes on their way by connection.
    private final Map<Object, Long> byConnection = new HashMap<>();

    private long total;

    AnswerBudget(long nodeBytesMax, long connectionBytesMax) {
        this.nodeBytesMax = nodeBytesMax;
        this.connectionBytesMax = connectionBytesMax;
    }

    private synchronized boolean take(Object connection, long bytes) {
        long own = byConnection.getOrDefault(connection, 0L);
        // A connection that owes nothing may have one answer above its share.
        boolean isWithinShare = own == 0 || own + bytes <= connectionBytesMax;
        if (!isWithinShare || total + bytes > nodeBytesMax) {
            return false;
        }
        total += bytes;
        byConnection.put(connection, own + bytes);
        return true;
    }

    private synchronized void giveBack(Object connection, long bytes) {
        total -= bytes;
        long own = byConnection.getOrDefault(connection, 0L) - bytes;
        assert own >= 0 && total >= 0 : "given back twice: " + own + " of " + total;
        if (own == 0) {
            byConnection.remove(connection);
        } else {
            byConnection.put(connection, own);
        }
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (call.getMethodDescriptor().getType() != MethodType.UNARY) {
            return next.startCall(call, headers);
        }
        var counted = new Counted<>(call);
        return new SimpleForwardingServerCallListener<>(next.startCall(counted, headers)) {
            @Override
            public void onComplete() {
                counted.over();
                super.onComplete();
            }

            @Override
            public void onCancel() {
                counted.over();
                super.onCancel();
            }
        };
    }

    /// A unary call. Its answer comes from one thread, its end from another; the fields are guarded
    /// by `this`.
    private final class Counted<Q, A> extends SimpleForwardingServerCall<Q, A> {

        private final Object connection;
        private long taken;
        private boolean isOver;
        private boolean isRefused;

        Counted(ServerCall<Q, A> call) {
            super(call);
            var address = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
            this.connection = address == null ? UNKNOWN_CONNECTION : address;
        }

        @Override
        public void sendMessage(A message) {
            if (message instanceof MessageLite answer && !mayBeSent(answer.getSerializedSize())) {
                super.close(REFUSED, new Metadata());
            } else {
                super.sendMessage(message);
            }
        }

        private synchronized boolean mayBeSent(long bytes) {
            if (bytes < COUNTED_BYTES_MIN || isOver) {
                return true;
            }
            isRefused = !take(connection, bytes);
            taken = isRefused ? 0 : bytes;
            return !isRefused;
        }

        @Override
        public void close(Status status, Metadata trailers) {
            if (!wasRefused()) {
                super.close(status, trailers);
            }
        }

        private synchronized boolean wasRefused() {
            return isRefused;
        }

        synchronized void over() {
            isOver = true;
            if (taken > 0) {
                giveBack(connection, taken);
                taken = 0;
            }
        }
    }
}
