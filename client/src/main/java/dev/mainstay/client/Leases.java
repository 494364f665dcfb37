package dev.mainstay.client;

import dev.mainstay.client.internal.Fault;
import dev.mainstay.client.internal.Methods;
import dev.mainstay.client.internal.Node;
import dev.mainstay.client.proto.LeaseGrantRequest;
import dev.mainstay.client.proto.LeaseGrantResponse;
import dev.mainstay.client.proto.LeaseLeasesRequest;
import dev.mainstay.client.proto.LeaseLeasesResponse;
import dev.mainstay.client.proto.LeaseRevokeRequest;
import dev.mainstay.client.proto.LeaseRevokeResponse;
import dev.mainstay.client.proto.LeaseStatus;
import dev.mainstay.client.proto.LeaseTimeToLiveRequest;
import dev.mainstay.client.proto.LeaseTimeToLiveResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/// The calls on leases. Thread-safe.
public final class Leases {

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Calls calls;

    Leases(Calls calls) {
        this.calls = calls;
    }

    /// Grants a lease of at least `ttl`, rounded up to whole seconds, and renews it until it is
    /// closed.
    public Lease grant(Duration ttl) throws InterruptedException {
        return Pending.await(grantAsync(ttl));
    }

    public CompletionStage<Lease> grantAsync(Duration ttl) {
        long seconds = Math.addExact(Mainstay.positive(ttl).minusNanos(1).toSeconds(), 1);
        var grant = new Grant(seconds);
        grant.send();
        return grant;
    }

    /// One grant. The client chooses the id, so that a grant sent twice makes one lease.
    private final class Grant extends Pending<LeaseGrantResponse, Lease> {

        private final long seconds;
        private final long deadline = calls.deadline();
        private long id;
        private long sentAt;

        Grant(long seconds) {
            this.seconds = seconds;
        }

        void send() {
            id = RANDOM.nextLong(1, Long.MAX_VALUE);
            sentAt = System.nanoTime();
            var request = LeaseGrantRequest.newBuilder().setTTL(seconds).setID(id).build();
            runs(calls.cluster().start(Methods.GRANT, request, deadline, calls.pin(), this));
        }

        @Override
        Lease convert(LeaseGrantResponse answer, Node from) {
            calls.saw(answer.getHeader().getRevision());
            return lease(answer.getTTL());
        }

        private Lease lease(long granted) {
            var lease = new Lease(calls, id, Duration.ofSeconds(granted), sentAt);
            lease.startRenewing();
            return lease;
        }

        @Override
        public void failed(Fault fault) {
            var failure = Faults.of(fault);
            if (!(failure instanceof LeaseExistsException)) {
                completeExceptionally(failure);
            } else if (fault.maybeExecuted()) {
                // An earlier attempt granted it, and its answer was lost.
                complete(lease(seconds));
            } else {
                send();
            }
        }
    }

    /// How long a lease lives; empty keys unless asked for. [LeaseNotFoundException] when it does
    /// not exist.
    public LeaseTimes timeToLive(long id, boolean withKeys) throws InterruptedException {
        return Pending.await(timeToLiveAsync(id, withKeys));
    }

    public CompletionStage<LeaseTimes> timeToLiveAsync(long id, boolean withKeys) {
        var request = LeaseTimeToLiveRequest.newBuilder().setID(id).setKeys(withKeys).build();
        return calls.start(
                Methods.TIME_TO_LIVE,
                request,
                new Pending<LeaseTimeToLiveResponse, LeaseTimes>() {
                    @Override
                    LeaseTimes convert(LeaseTimeToLiveResponse answer, Node from) {
                        if (answer.getTTL() < 0) {
                            throw new LeaseNotFoundException("no lease " + id, null);
                        }
                        return new LeaseTimes(
                                Duration.ofSeconds(answer.getGrantedTTL()),
                                Duration.ofSeconds(answer.getTTL()),
                                answer.getKeysList().stream().map(Bytes::of).toList());
                    }
                });
    }

    /// The ids of all leases.
    public List<Long> list() throws InterruptedException {
        return Pending.await(listAsync());
    }

    public CompletionStage<List<Long>> listAsync() {
        return calls.start(
                Methods.LEASES,
                LeaseLeasesRequest.getDefaultInstance(),
                new Pending<LeaseLeasesResponse, List<Long>>() {
                    @Override
                    List<Long> convert(LeaseLeasesResponse answer, Node from) {
                        return answer.getLeasesList().stream().map(LeaseStatus::getID).toList();
                    }
                });
    }

    /// Ends a lease and deletes its keys. [LeaseNotFoundException] when it does not exist.
    public void revoke(long id) throws InterruptedException {
        var _ = Pending.await(revokeAsync(id));
    }

    /// @return a stage of the revision that deleted the keys, or the newest if there were none
    public CompletionStage<Long> revokeAsync(long id) {
        return revoke(calls, id);
    }

    static CompletionStage<Long> revoke(Calls calls, long id) {
        return calls.start(
                Methods.REVOKE,
                LeaseRevokeRequest.newBuilder().setID(id).build(),
                new Pending<LeaseRevokeResponse, Long>() {
                    @Override
                    Long convert(LeaseRevokeResponse answer, Node from) {
                        calls.saw(answer.getHeader().getRevision());
                        return answer.getHeader().getRevision();
                    }

                    @Override
                    public void failed(Fault fault) {
                        var failure = Faults.of(fault);
                        // An earlier attempt revoked it, and its answer was lost.
                        if (failure instanceof LeaseNotFoundException && fault.maybeExecuted()) {
                            complete(calls.cluster().revisions().newest());
                        } else {
                            completeExceptionally(failure);
                        }
                    }
                });
    }
}
