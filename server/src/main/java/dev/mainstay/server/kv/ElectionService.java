package dev.mainstay.server.kv;

import dev.mainstay.client.proto.CampaignRequest;
import dev.mainstay.client.proto.CampaignResponse;
import dev.mainstay.client.proto.ElectionGrpc;
import dev.mainstay.client.proto.LeaderKey;
import dev.mainstay.client.proto.LeaderRequest;
import dev.mainstay.client.proto.LeaderResponse;
import dev.mainstay.client.proto.ProclaimRequest;
import dev.mainstay.client.proto.ProclaimResponse;
import dev.mainstay.client.proto.ResignRequest;
import dev.mainstay.client.proto.ResignResponse;
import dev.mainstay.server.gateway.Gateway;
import dev.mainstay.statemachine.mvcc.Key;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Arrays;

/// etcd's Election service: the election recipe of its client library, run by the server.
///
/// Campaigns and observers wait on virtual threads of their own; the rest runs on the event loop.
final class ElectionService extends ElectionGrpc.ElectionImplBase {

    private final Gateway gateway;
    private final Headers headers;
    private final Writes writes;
    private final Reads reads;
    private final Recipes recipes;

    ElectionService(Gateway gateway, Headers headers, Writes writes, Reads reads, Recipes recipes) {
        this.gateway = gateway;
        this.headers = headers;
        this.writes = writes;
        this.reads = reads;
        this.recipes = recipes;
    }

    @Override
    public void campaign(CampaignRequest request, StreamObserver<CampaignResponse> observer) {
        WaitingCall.start(observer, () -> campaign(request));
    }

    private CampaignResponse campaign(CampaignRequest request)
            throws Rejection, InterruptedException {
        long lease = recipes.lease(request.getLease());
        var etcdKey = Recipes.contender(request.getName(), lease);
        var key = KvRequests.key(etcdKey);
        var value = request.getValue().toByteArray();
        var joined = recipes.join(key, value, lease);
        long created = awaitTurn(request, key, value, lease);
        return CampaignResponse.newBuilder()
                .setHeader(headers.at(joined.revision()))
                .setLeader(
                        LeaderKey.newBuilder()
                                .setName(request.getName())
                                .setKey(etcdKey)
                                .setRev(created)
                                .setLease(lease))
                .build();
    }

    /// Returns when the candidate leads. Who gives up must not stay in the way of those behind.
    private long awaitTurn(CampaignRequest request, Key key, byte[] value, long lease)
            throws Rejection, InterruptedException {
        boolean leads = false;
        try {
            long created = say(key, value, lease);
            var own = recipes.awaitTurn(Recipes.contenders(request.getName()), key);
            if (own == null || own.version().createRevision() != created) {
                throw new Rejection(EtcdError.ELECTION_NOT_LEADER);
            }
            leads = true;
            return created;
        } finally {
            if (!leads) {
                recipes.leave(key);
            }
        }
    }

    /// A candidate that comes back may have another value to tell than the first time.
    private long say(Key key, byte[] value, long lease) throws Rejection {
        var own = recipes.find(key);
        if (own == null) {
            throw new Rejection(EtcdError.ELECTION_NOT_LEADER);
        }
        long created = own.version().createRevision();
        if (!Arrays.equals(own.version().value(), value)
                && !recipes.writeIfCreatedAt(key, created, Recipes.put(key, value, lease))
                        .branch()) {
            throw new Rejection(EtcdError.ELECTION_NOT_LEADER);
        }
        return created;
    }

    @Override
    public void proclaim(ProclaimRequest request, StreamObserver<ProclaimResponse> observer) {
        var reply = Reply.to(observer);
        try {
            var leader = checked(request.hasLeader(), request.getLeader());
            var key = KvRequests.key(leader.getKey());
            var put = Recipes.put(key, request.getValue().toByteArray(), leader.getLease());
            writes.write(
                    Recipes.ifCreatedAt(key, leader.getRev(), put),
                    written -> {
                        if (written.branch()) {
                            reply.send(
                                    ProclaimResponse.newBuilder()
                                            .setHeader(headers.at(written.revision()))
                                            .build());
                        } else {
                            reply.fail(EtcdError.ELECTION_NOT_LEADER);
                        }
                    },
                    reply::fail);
        } catch (Rejection e) {
            reply.fail(e.error());
        }
    }

    /// Who does not lead any more has nothing to give up: that is no error.
    @Override
    public void resign(ResignRequest request, StreamObserver<ResignResponse> observer) {
        var reply = Reply.to(observer);
        try {
            var leader = checked(request.hasLeader(), request.getLeader());
            var key = KvRequests.key(leader.getKey());
            writes.write(
                    Recipes.ifCreatedAt(key, leader.getRev(), Recipes.delete(key)),
                    written ->
                            reply.send(
                                    ResignResponse.newBuilder()
                                            .setHeader(headers.at(written.revision()))
                                            .build()),
                    reply::fail);
        } catch (Rejection e) {
            reply.fail(e.error());
        }
    }

    private static LeaderKey checked(boolean isGiven, LeaderKey leader) throws Rejection {
        if (!isGiven) {
            throw new Rejection(EtcdError.MISSING_LEADER_KEY);
        }
        if (leader.getKey().isEmpty()) {
            throw new Rejection(EtcdError.EMPTY_KEY);
        }
        return leader;
    }

    @Override
    public void leader(LeaderRequest request, StreamObserver<LeaderResponse> observer) {
        reads.onView(
                false,
                Reply.to(observer),
                view -> {
                    var first = Recipes.first(view, Recipes.contenders(request.getName()));
                    if (first == null) {
                        throw new Rejection(EtcdError.ELECTION_NO_LEADER);
                    }
                    return LeaderResponse.newBuilder()
                            .setHeader(headers.at(view.position().revision()))
                            .setKv(KvResponses.keyValue(first))
                            .build();
                });
    }

    @Override
    public void observe(LeaderRequest request, StreamObserver<LeaderResponse> observer) {
        new Observation(
                        gateway,
                        headers,
                        recipes,
                        Recipes.contenders(request.getName()),
                        (ServerCallStreamObserver<LeaderResponse>) observer)
                .start();
    }
}
