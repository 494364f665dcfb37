package dev.mainstay.server.kv;

import dev.mainstay.client.proto.LeaseGrantRequest;
import dev.mainstay.client.proto.LeaseGrantResponse;
import dev.mainstay.client.proto.LeaseGrpc;
import dev.mainstay.client.proto.LeaseKeepAliveRequest;
import dev.mainstay.client.proto.LeaseKeepAliveResponse;
import dev.mainstay.client.proto.LeaseLeasesRequest;
import dev.mainstay.client.proto.LeaseLeasesResponse;
import dev.mainstay.client.proto.LeaseRevokeRequest;
import dev.mainstay.client.proto.LeaseRevokeResponse;
import dev.mainstay.client.proto.LeaseStatus;
import dev.mainstay.client.proto.LeaseTimeToLiveRequest;
import dev.mainstay.client.proto.LeaseTimeToLiveResponse;
import dev.mainstay.server.gateway.Gateway;
import dev.mainstay.server.gateway.Leases;
import dev.mainstay.statemachine.command.Command;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.ThreadLocalRandom;

/// etcd's Lease service. Grants and revocations are commands; the clocks run on the leader
/// ([Leases]).
///
/// Runs on the event loop.
final class LeaseService extends LeaseGrpc.LeaseImplBase {

    /// What etcd's default election timeout makes of any shorter wish.
    static final long TTL_SECONDS_MIN = 2;

    static final long TTL_SECONDS_MAX = 9_000_000_000L;

    private final Gateway gateway;
    private final Headers headers;
    private final Writes writes;
    private final Reads reads;

    LeaseService(Gateway gateway, Headers headers, Writes writes, Reads reads) {
        this.gateway = gateway;
        this.headers = headers;
        this.writes = writes;
        this.reads = reads;
    }

    @Override
    public void leaseGrant(LeaseGrantRequest request, StreamObserver<LeaseGrantResponse> observer) {
        var reply = Reply.to(observer);
        if (request.getTTL() > TTL_SECONDS_MAX) {
            reply.fail(EtcdError.LEASE_TTL_TOO_LARGE);
        } else {
            grant(request.getID(), Math.max(request.getTTL(), TTL_SECONDS_MIN), reply);
        }
    }

    /// @param wished the number that the client asks for, or 0
    private void grant(long wished, long ttlSeconds, Reply<LeaseGrantResponse> reply) {
        long lease = wished == 0 ? newNumber() : wished;
        writes.write(
                (id, since) -> new Command.GrantLease(id, since, lease, ttlSeconds),
                written ->
                        reply.send(
                                LeaseGrantResponse.newBuilder()
                                        .setHeader(headers.at(written.revision()))
                                        .setID(lease)
                                        .setTTL(ttlSeconds)
                                        .build()),
                error -> {
                    if (wished == 0 && error == EtcdError.LEASE_EXISTS) {
                        grant(wished, ttlSeconds, reply);
                    } else {
                        reply.fail(error);
                    }
                });
    }

    /// Positive, as etcd's own are.
    static long newNumber() {
        return ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
    }

    @Override
    public void leaseRevoke(
            LeaseRevokeRequest request, StreamObserver<LeaseRevokeResponse> observer) {
        var reply = Reply.to(observer);
        if (request.getID() == 0) {
            reply.fail(EtcdError.LEASE_NOT_FOUND);
            return;
        }
        writes.write(
                (id, since) -> new Command.RevokeLease(id, since, request.getID()),
                written ->
                        reply.send(
                                LeaseRevokeResponse.newBuilder()
                                        .setHeader(headers.at(written.revision()))
                                        .build()),
                reply::fail);
    }

    @Override
    public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(
            StreamObserver<LeaseKeepAliveResponse> observer) {
        return new KeepAliveStream(
                gateway,
                headers,
                reads,
                (ServerCallStreamObserver<LeaseKeepAliveResponse>) observer);
    }

    @Override
    public void leaseTimeToLive(
            LeaseTimeToLiveRequest request, StreamObserver<LeaseTimeToLiveResponse> observer) {
        var reply = Reply.to(observer);
        gateway.leases()
                .timeToLive(
                        request.getID(),
                        reads.deadline(),
                        answer -> {
                            switch (answer) {
                                case Leases.Answer.Alive alive ->
                                        answerAlive(request, alive, reply);
                                case Leases.Answer.NotFound _ ->
                                        reply.send(
                                                LeaseTimeToLiveResponse.newBuilder()
                                                        .setHeader(headers.now())
                                                        .setID(request.getID())
                                                        .setTTL(-1)
                                                        .build());
                                case Leases.Answer.NoLeader _ -> reply.fail(EtcdError.NO_LEADER);
                            }
                        });
    }

    private void answerAlive(
            LeaseTimeToLiveRequest request,
            Leases.Answer.Alive alive,
            Reply<LeaseTimeToLiveResponse> reply) {
        var response =
                LeaseTimeToLiveResponse.newBuilder()
                        .setID(request.getID())
                        .setTTL(alive.remainingSeconds())
                        .setGrantedTTL(alive.grantedSeconds());
        if (!request.getKeys()) {
            reply.send(response.setHeader(headers.now()).build());
            return;
        }
        reads.onView(
                false,
                reply,
                view -> {
                    for (var key : view.leaseKeys(request.getID())) {
                        response.addKeys(KvResponses.etcdKey(key));
                    }
                    return response.setHeader(headers.at(view.position().revision())).build();
                });
    }

    @Override
    public void leaseLeases(
            LeaseLeasesRequest request, StreamObserver<LeaseLeasesResponse> observer) {
        reads.onView(
                false,
                Reply.to(observer),
                view -> {
                    var response =
                            LeaseLeasesResponse.newBuilder()
                                    .setHeader(headers.at(view.position().revision()));
                    for (var lease : view.leases()) {
                        response.addLeases(LeaseStatus.newBuilder().setID(lease.id()));
                    }
                    return response.build();
                });
    }
}
