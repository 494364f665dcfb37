package dev.mainstay.jepsen.workload;

import dev.mainstay.client.proto.LeaseGrpc;
import dev.mainstay.client.proto.StoreGrpc;
import dev.mainstay.client.proto.WatchGrpc;
import dev.mainstay.jepsen.cluster.Channels;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// One node's gRPC services without the SDK: no retries, no routing, nothing hidden. Thread-safe.
final class RawNode implements AutoCloseable {

    private final ManagedChannel channel;

    RawNode(String endpoint) {
        channel = Channels.to(endpoint);
    }

    StoreGrpc.StoreBlockingStub store(Duration timeout) {
        return StoreGrpc.newBlockingStub(channel())
                .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    LeaseGrpc.LeaseBlockingStub leases(Duration timeout) {
        return LeaseGrpc.newBlockingStub(channel())
                .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// For streams: without deadline.
    LeaseGrpc.LeaseStub leaseStreams() {
        return LeaseGrpc.newStub(channel());
    }

    WatchGrpc.WatchStub watches() {
        return WatchGrpc.newStub(channel());
    }

    /// gRPC waits up to two minutes before it tries a lost connection again; a node that is back
    /// must not wait for that.
    private ManagedChannel channel() {
        if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
            channel.resetConnectBackoff();
        }
        return channel;
    }

    @Override
    public void close() {
        var _ = channel.shutdownNow();
    }
}
