package dev.mainstay.jepsen.cluster;

import dev.mainstay.client.proto.MaintenanceGrpc;
import dev.mainstay.client.proto.StatusRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// How a node sees itself and its cluster, from etcd's Maintenance.Status.
public record Standing(long member, long leader, long term, long appliedIndex, long revision) {

    private static final int DEADLINE_MILLIS = 500;

    public boolean leads() {
        return member != 0 && member == leader;
    }

    /// Asks over a connection of its own; empty if the node does not answer.
    public static Optional<Standing> of(String endpoint) {
        var channel = Channels.to(endpoint);
        try {
            return of(channel);
        } finally {
            channel.shutdownNow();
        }
    }

    public static Optional<Standing> of(ManagedChannel channel) {
        try {
            var status =
                    MaintenanceGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)
                            .status(StatusRequest.getDefaultInstance());
            var header = status.getHeader();
            return Optional.of(
                    new Standing(
                            header.getMemberId(),
                            status.getLeader(),
                            status.getRaftTerm(),
                            status.getRaftAppliedIndex(),
                            header.getRevision()));
        } catch (StatusRuntimeException e) {
            return Optional.empty();
        }
    }
}
