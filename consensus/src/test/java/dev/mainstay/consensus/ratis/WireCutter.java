package dev.mainstay.consensus.ratis;

import dev.mainstay.consensus.Firewall;
import dev.mainstay.consensus.MemberId;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.ReadIndexRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.jspecify.annotations.Nullable;

/// Makes one member's Raft port obey a [Firewall]. Every request says who sent it; a call that lost
/// a message in either direction is silent from then on, and breaks when the wires are healed, as a
/// connection through a cut cable does.
final class WireCutter implements ServerInterceptor {

    private final MemberId self;
    private final Firewall firewall;

    private final AtomicInteger installRequests;

    /// @param installRequests counts how often this member was asked to install a checkpoint
    WireCutter(MemberId self, Firewall firewall, AtomicInteger installRequests) {
        this.self = self;
        this.firewall = firewall;
        this.installRequests = installRequests;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        var wire = new Wire<>(call);
        return new Heard<>(next.startCall(wire, headers), wire);
    }

    private final class Wire<Q, A> extends SimpleForwardingServerCall<Q, A> {

        private volatile @Nullable MemberId caller;
        private boolean lostIn;
        private boolean lostOut;

        Wire(ServerCall<Q, A> call) {
            super(call);
        }

        synchronized boolean losesIn() {
            if (!lostIn && caller != null && firewall.isCut(caller, self)) {
                lostIn = true;
                firewall.whenHealed(this::breakUp);
            }
            return lostIn;
        }

        synchronized boolean losesOut() {
            if (!lostOut && caller != null && firewall.isCut(self, caller)) {
                lostOut = true;
                firewall.whenHealed(this::breakUp);
            }
            return lostOut;
        }

        private void breakUp() {
            try {
                delegate().close(Status.UNAVAILABLE.withDescription("cut"), new Metadata());
            } catch (IllegalStateException e) {
                // Closed meanwhile, which is as good.
                assert e.getMessage() != null;
            }
        }

        @Override
        public void sendMessage(A message) {
            if (!losesOut()) {
                super.sendMessage(message);
            }
        }

        @Override
        public void close(Status status, Metadata trailers) {
            if (!losesOut()) {
                super.close(status, trailers);
            }
        }
    }

    private final class Heard<Q> extends SimpleForwardingServerCallListener<Q> {

        private final Wire<Q, ?> wire;

        Heard(ServerCall.Listener<Q> listener, Wire<Q, ?> wire) {
            super(listener);
            this.wire = wire;
        }

        @Override
        public void onMessage(Q message) {
            wire.caller = caller(message);
            if (message instanceof InstallSnapshotRequestProto) {
                installRequests.incrementAndGet();
            }
            if (wire.losesIn()) {
                wire.request(1);
            } else {
                super.onMessage(message);
            }
        }

        @Override
        public void onHalfClose() {
            if (!wire.losesIn()) {
                super.onHalfClose();
            }
        }
    }

    private static @Nullable MemberId caller(Object message) {
        ByteString id =
                switch (message) {
                    case RequestVoteRequestProto m -> m.getServerRequest().getRequestorId();
                    case AppendEntriesRequestProto m -> m.getServerRequest().getRequestorId();
                    case InstallSnapshotRequestProto m -> m.getServerRequest().getRequestorId();
                    case StartLeaderElectionRequestProto m -> m.getServerRequest().getRequestorId();
                    case ReadIndexRequestProto m -> m.getServerRequest().getRequestorId();
                    default -> ByteString.EMPTY;
                };
        return id.isEmpty() ? null : MemberId.parse(id.toStringUtf8());
    }
}
