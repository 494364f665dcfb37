package dev.mainstay.server.group;

import dev.mainstay.consensus.Firewall;
import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/// The members' calls to each other, within the JVM, obeying a [Firewall]. A call that lost a
/// message in either direction is silent from then on, until its deadline or until the wires are
/// healed: then it breaks. Any thread.
final class PeerWires {

    private final Firewall firewall;
    private final Supplier<List<Member>> members;
    private final Set<Wire<?, ?>> open = ConcurrentHashMap.newKeySet();

    PeerWires(Firewall firewall, Supplier<List<Member>> members) {
        this.firewall = firewall;
        this.members = members;
    }

    /// A connection from `self` to the member with this gRPC address; answers arrive on `loop`.
    ManagedChannel connect(
            MemberId self, String address, Executor loop, ScheduledExecutorService timer) {
        return InProcessChannelBuilder.forName(address)
                .executor(loop)
                .intercept(new Cable(self, address, loop, timer))
                .build();
    }

    /// All calls from `caller` to `callee` break, as when a connection is reset.
    void breakCalls(MemberId caller, MemberId callee) {
        for (var wire : open) {
            if (wire.cable.self.equals(caller) && wire.cable.isTo(callee)) {
                wire.breakUp(Status.UNAVAILABLE.withDescription("connection reset"));
            }
        }
    }

    private final class Cable implements ClientInterceptor {

        private final MemberId self;
        private final String address;
        private final Executor loop;
        private final ScheduledExecutorService timer;

        Cable(MemberId self, String address, Executor loop, ScheduledExecutorService timer) {
            this.self = self;
            this.address = address;
            this.loop = loop;
            this.timer = timer;
        }

        boolean isTo(MemberId member) {
            return members.get().stream()
                    .anyMatch(m -> m.id().equals(member) && m.grpcAddress().equals(address));
        }

        private MemberId callee() {
            return members.get().stream()
                    .filter(m -> m.grpcAddress().equals(address))
                    .findFirst()
                    .orElseThrow()
                    .id();
        }

        boolean losesRequests() {
            return firewall.isCut(self, callee());
        }

        boolean losesAnswers() {
            return firewall.isCut(callee(), self);
        }

        @Override
        public <Q, A> ClientCall<Q, A> interceptCall(
                MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
            return new Wire<>(this, options, next.newCall(method, options));
        }
    }

    private final class Wire<Q, A> extends SimpleForwardingClientCall<Q, A> {

        private final Cable cable;
        private final CallOptions options;
        private final AtomicBoolean isSilent = new AtomicBoolean();
        private final AtomicBoolean isClosed = new AtomicBoolean();
        private volatile ClientCall.Listener<A> listener = new ClientCall.Listener<>() {};

        Wire(Cable cable, CallOptions options, ClientCall<Q, A> call) {
            super(call);
            this.cable = cable;
            this.options = options;
        }

        @Override
        public void start(ClientCall.Listener<A> told, Metadata headers) {
            listener = told;
            open.add(this);
            super.start(new Ear(told), headers);
        }

        private boolean isSilentAfter(boolean isCut) {
            if (isCut && isSilent.compareAndSet(false, true)) {
                firewall.whenHealed(() -> breakUp(Status.UNAVAILABLE.withDescription("cut")));
                var deadline = options.getDeadline();
                if (deadline != null) {
                    var _ =
                            cable.timer.schedule(
                                    () -> breakUp(Status.DEADLINE_EXCEEDED),
                                    deadline.timeRemaining(TimeUnit.NANOSECONDS),
                                    TimeUnit.NANOSECONDS);
                }
            }
            return isSilent.get();
        }

        void breakUp(Status why) {
            cable.loop.execute(() -> {
                close(why, new Metadata());
                delegate().cancel(why.getDescription(), why.asRuntimeException());
            });
        }

        private void close(Status status, Metadata trailers) {
            if (isClosed.compareAndSet(false, true)) {
                open.remove(this);
                listener.onClose(status, trailers);
            }
        }

        @Override
        public void sendMessage(Q message) {
            if (!isClosed.get() && !isSilentAfter(cable.losesRequests())) {
                super.sendMessage(message);
            }
        }

        @Override
        public void halfClose() {
            if (!isClosed.get() && !isSilentAfter(cable.losesRequests())) {
                super.halfClose();
            }
        }

        private final class Ear extends SimpleForwardingClientCallListener<A> {

            Ear(ClientCall.Listener<A> told) {
                super(told);
            }

            @Override
            public void onMessage(A message) {
                if (!isClosed.get() && !isSilentAfter(cable.losesAnswers())) {
                    super.onMessage(message);
                }
            }

            @Override
            public void onClose(Status status, Metadata trailers) {
                // A call's own deadline needs no wire.
                if (status.getCode() == Status.Code.DEADLINE_EXCEEDED
                        || !isSilentAfter(cable.losesAnswers())) {
                    close(status, Objects.requireNonNull(trailers));
                }
            }
        }
    }
}
