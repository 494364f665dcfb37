package dev.mainstay.client;

import dev.mainstay.client.proto.AdminGrpc;
import dev.mainstay.client.proto.CommitRequest;
import dev.mainstay.client.proto.CommitResponse;
import dev.mainstay.client.proto.LeaseGrantRequest;
import dev.mainstay.client.proto.LeaseGrantResponse;
import dev.mainstay.client.proto.LeaseGrpc;
import dev.mainstay.client.proto.LeaseKeepAliveRequest;
import dev.mainstay.client.proto.LeaseKeepAliveResponse;
import dev.mainstay.client.proto.LeaseRevokeRequest;
import dev.mainstay.client.proto.LeaseRevokeResponse;
import dev.mainstay.client.proto.LeaseTimeToLiveRequest;
import dev.mainstay.client.proto.LeaseTimeToLiveResponse;
import dev.mainstay.client.proto.MemberStatus;
import dev.mainstay.client.proto.MembersRequest;
import dev.mainstay.client.proto.MembersResponse;
import dev.mainstay.client.proto.OutcomeRequest;
import dev.mainstay.client.proto.OutcomeResponse;
import dev.mainstay.client.proto.ReadRequest;
import dev.mainstay.client.proto.ReadResponse;
import dev.mainstay.client.proto.StoreGrpc;
import dev.mainstay.client.proto.TransferRequest;
import dev.mainstay.client.proto.TransferResponse;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One fake node: answers from the cluster's state, unless a test planned another fate.
final class FakeNode {

    /// What happens to one call.
    enum Fate {
        SERVE,
        /// Carried out, and the answer is lost.
        SERVE_AND_LOSE,
        /// Lost on the way.
        LOSE,
        NO_LEADER,
        /// No answer, ever.
        HANG,
        EXPIRED,
        NO_SPACE,
        NO_LEASE
    }

    private final FakeCluster cluster;
    private final String serverName;
    private final String address;
    private final Queue<Fate> fates = new ConcurrentLinkedQueue<>();

    // Set by tests, read by calls.
    private volatile Fate standing = Fate.SERVE;
    private volatile @Nullable Server server;

    final List<CommitRequest> commits = new CopyOnWriteArrayList<>();
    final List<ReadRequest> reads = new CopyOnWriteArrayList<>();
    final List<Long> renewals = new CopyOnWriteArrayList<>();
    final FakeWatches watches;

    FakeNode(FakeCluster cluster, String serverName, String address) {
        this.cluster = cluster;
        this.serverName = serverName;
        this.address = address;
        this.watches = new FakeWatches(cluster);
        start();
    }

    void start() {
        try {
            server =
                    InProcessServerBuilder.forName(serverName)
                            .directExecutor()
                            .addService(new Store())
                            .addService(new Admin())
                            .addService(new Lease())
                            .addService(watches)
                            .build()
                            .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void stop() {
        var running = server;
        if (running != null) {
            running.shutdownNow();
        }
    }

    /// The fates of the next commits, reads, grants and renewals, in their order.
    void plan(Fate... next) {
        fates.addAll(List.of(next));
    }

    /// The fate of all that is not planned.
    void always(Fate fate) {
        standing = fate;
    }

    void feed() {
        watches.feed();
    }

    private Fate next() {
        var planned = fates.poll();
        return planned == null ? standing : planned;
    }

    private <A> void meet(Fate fate, StreamObserver<A> to, Supplier<A> work) {
        switch (fate) {
            case SERVE -> {
                to.onNext(work.get());
                to.onCompleted();
            }
            case SERVE_AND_LOSE -> {
                var _ = work.get();
                fail(to, Status.UNAVAILABLE.withDescription("connection reset"));
            }
            case LOSE -> fail(to, Status.UNAVAILABLE.withDescription("connection reset"));
            case NO_LEADER -> fail(to, Status.UNAVAILABLE.withDescription("etcdserver: no leader"));
            case HANG -> {}
            case EXPIRED ->
                    fail(to, Status.FAILED_PRECONDITION.withDescription("transaction id expired"));
            case NO_SPACE ->
                    fail(
                            to,
                            Status.RESOURCE_EXHAUSTED.withDescription(
                                    "etcdserver: mvcc: database space exceeded"));
            case NO_LEASE ->
                    fail(
                            to,
                            Status.NOT_FOUND.withDescription(
                                    "etcdserver: requested lease not found"));
        }
    }

    private static void fail(StreamObserver<?> to, Status status) {
        to.onError(status.asRuntimeException());
    }

    private final class Store extends StoreGrpc.StoreImplBase {

        @Override
        public void commit(CommitRequest request, StreamObserver<CommitResponse> to) {
            commits.add(request);
            meet(next(), to, () -> cluster.commit(request));
        }

        @Override
        public void read(ReadRequest request, StreamObserver<ReadResponse> to) {
            reads.add(request);
            meet(
                    request.getMode() == dev.mainstay.client.proto.ReadMode.LOCAL
                            ? Fate.SERVE
                            : next(),
                    to,
                    () ->
                            ReadResponse.newBuilder()
                                    .setRange(cluster.range(request.getRange()))
                                    .setStalenessMillis(-1)
                                    .build());
        }

        @Override
        public void outcome(OutcomeRequest request, StreamObserver<OutcomeResponse> to) {
            var known = cluster.outcome(request.getId());
            var answer = OutcomeResponse.newBuilder().setState(OutcomeResponse.State.ABORTED);
            if (known != null) {
                answer.setState(OutcomeResponse.State.COMMITTED)
                        .setRevision(known.getTxn().getHeader().getRevision());
            }
            to.onNext(answer.build());
            to.onCompleted();
        }
    }

    private final class Admin extends AdminGrpc.AdminImplBase {

        @Override
        public void members(MembersRequest request, StreamObserver<MembersResponse> to) {
            var answer = MembersResponse.newBuilder().setClusterId(7).setLeader(cluster.leader());
            for (var member : List.of(FakeCluster.A, FakeCluster.B, FakeCluster.C)) {
                answer.addMembers(
                        MemberStatus.newBuilder()
                                .setName(member)
                                .setGrpcAddress(member)
                                .setRole(member.equals(cluster.leader()) ? "leader" : "follower"));
            }
            to.onNext(answer.build());
            to.onCompleted();
        }

        @Override
        public void transfer(TransferRequest request, StreamObserver<TransferResponse> to) {
            meet(
                    next(),
                    to,
                    () -> {
                        cluster.leader(request.getTarget());
                        return TransferResponse.newBuilder().setLeader(address).build();
                    });
        }
    }

    private final class Lease extends LeaseGrpc.LeaseImplBase {

        @Override
        public void leaseGrant(LeaseGrantRequest request, StreamObserver<LeaseGrantResponse> to) {
            boolean exists;
            synchronized (cluster) {
                exists = cluster.leases.containsKey(request.getID());
            }
            if (exists) {
                fail(
                        to,
                        Status.FAILED_PRECONDITION.withDescription(
                                "etcdserver: lease already exists"));
                return;
            }
            meet(
                    next(),
                    to,
                    () -> {
                        synchronized (cluster) {
                            cluster.leases.put(request.getID(), request.getTTL());
                        }
                        return LeaseGrantResponse.newBuilder()
                                .setID(request.getID())
                                .setTTL(request.getTTL())
                                .build();
                    });
        }

        @Override
        public void leaseRevoke(
                LeaseRevokeRequest request, StreamObserver<LeaseRevokeResponse> to) {
            boolean existed;
            synchronized (cluster) {
                existed = cluster.leases.remove(request.getID()) != null;
            }
            meet(existed ? next() : Fate.NO_LEASE, to, LeaseRevokeResponse::getDefaultInstance);
        }

        @Override
        public void leaseTimeToLive(
                LeaseTimeToLiveRequest request, StreamObserver<LeaseTimeToLiveResponse> to) {
            to.onNext(LeaseTimeToLiveResponse.newBuilder().setTTL(-1).build());
            to.onCompleted();
        }

        @Override
        public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(
                StreamObserver<LeaseKeepAliveResponse> to) {
            return new StreamObserver<>() {
                @Override
                public void onNext(LeaseKeepAliveRequest request) {
                    renewals.add(request.getID());
                    renew(request.getID(), to);
                }

                @Override
                public void onError(Throwable gone) {}

                @Override
                public void onCompleted() {
                    to.onCompleted();
                }
            };
        }

        private void renew(long id, StreamObserver<LeaseKeepAliveResponse> to) {
            long ttl;
            synchronized (cluster) {
                ttl = cluster.leases.getOrDefault(id, 0L);
            }
            switch (next()) {
                case SERVE ->
                        to.onNext(
                                LeaseKeepAliveResponse.newBuilder().setID(id).setTTL(ttl).build());
                case HANG -> {}
                default -> fail(to, Status.UNAVAILABLE.withDescription("etcdserver: no leader"));
            }
        }
    }
}
