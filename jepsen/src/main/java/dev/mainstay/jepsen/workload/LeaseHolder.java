package dev.mainstay.jepsen.workload;

import dev.mainstay.client.PutOptions;
import dev.mainstay.client.ReadMode;
import dev.mainstay.client.proto.LeaseGrantRequest;
import dev.mainstay.client.proto.LeaseKeepAliveRequest;
import dev.mainstay.client.proto.LeaseKeepAliveResponse;
import dev.mainstay.client.proto.LeaseRevokeRequest;
import dev.mainstay.jepsen.workload.Client.Question;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/// Lives through one lease after the other: grants it, puts its key, keeps it alive for a while,
/// then revokes it or lets it run out, and looks at its key all the time. One thread.
///
/// It keeps leases alive itself, over raw streams, because every renewal must be in the history.
final class LeaseHolder {

    private static final int TTL_MIN = 2;
    private static final int TTL_MAX = 4;
    private static final int RENEWALS_MAX = 8;
    private static final int REVOKES_PERCENT = 30;
    // A lease that is never gone is given up: the looks so far convict it.
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private enum Phase {
        NONE,
        GRANTED,
        ALIVE,
        ENDING
    }

    private final Place place;
    private final Client client;
    private final RandomGenerator random;
    private final AtomicLong leases;
    private final List<RawNode> nodes;

    private Phase phase = Phase.NONE;
    private long lease;
    private int renewalsLeft;
    private long ttlSeconds;
    private long renewAt;
    private long giveUpAt;

    LeaseHolder(Place place, int who, AtomicLong leases) {
        this.place = place;
        this.client = place.client();
        this.random = place.random(who);
        this.leases = leases;
        this.nodes = place.site().endpoints().stream().map(RawNode::new).toList();
    }

    void step() throws InterruptedException {
        switch (phase) {
            case NONE -> grant();
            case GRANTED -> attach();
            case ALIVE -> live();
            case ENDING -> awaitEnd();
        }
    }

    void close() {
        nodes.forEach(RawNode::close);
    }

    private String key() {
        return place.key("lease/" + lease);
    }

    private RawNode anyNode() {
        return nodes.get(random.nextInt(nodes.size()));
    }

    private Duration timeout() {
        return place.site().callTimeout();
    }

    private void grant() throws InterruptedException {
        lease = leases.incrementAndGet();
        ttlSeconds = random.nextInt(TTL_MIN, TTL_MAX + 1);
        var request = LeaseGrantRequest.newBuilder().setID(id()).setTTL(ttlSeconds).build();
        var node = anyNode();
        var granted =
                client.write(
                        LeaseWorkload.question("grant", Reply.tree(lease, ttlSeconds)),
                        () -> node.leases(timeout()).leaseGrant(request),
                        answer -> Reply.ok(Reply.tree(lease, answer.getTTL()), 0));
        if (granted.isPresent()) {
            renewalsLeft = random.nextInt(RENEWALS_MAX + 1);
            ttlSeconds = granted.get().getTTL();
            renewedNow();
            phase = Phase.GRANTED;
        }
    }

    /// Unlike those of other runs on the same cluster.
    private long id() {
        return (place.site().seed() * 1_000_003 + place.site().prefix().hashCode()) << 24 >>> 1
                | lease;
    }

    private void renewedNow() {
        renewAt = System.nanoTime() + TimeUnit.SECONDS.toNanos(ttlSeconds) / 3;
    }

    private void attach() throws InterruptedException {
        var tree = Reply.tree(lease);
        var options = PutOptions.DEFAULT.withLease(id());
        var attached =
                client.write(
                        LeaseWorkload.question("attach", tree),
                        () -> place.site().database().put(key(), "", options),
                        put -> Reply.ok(tree, put.revision()));
        phase = attached.isPresent() ? Phase.ALIVE : Phase.NONE;
    }

    private void live() throws InterruptedException {
        if (System.nanoTime() - renewAt < 0) {
            var _ = look();
        } else if (renewalsLeft > 0) {
            renewalsLeft--;
            renewedNow();
            keepAlive();
        } else {
            if (random.nextInt(100) < REVOKES_PERCENT) {
                revoke();
            }
            giveUpAt = System.nanoTime() + PATIENCE.toNanos();
            phase = Phase.ENDING;
        }
    }

    private void awaitEnd() throws InterruptedException {
        if (!look() || System.nanoTime() - giveUpAt > 0) {
            phase = Phase.NONE;
        }
    }

    /// Whether its key may still be there.
    private boolean look() throws InterruptedException {
        var node = random.nextInt(nodes.size());
        var found =
                client.read(
                        new Question("look", Reply.tree(lease, null), Place.at(node, "strict")),
                        () -> place.pinned(node).get(key(), ReadMode.strict()),
                        answer -> Reply.ok(Reply.tree(lease, answer.count()), answer.revision()));
        return found.isEmpty() || found.get().count() > 0;
    }

    private void revoke() throws InterruptedException {
        var tree = Reply.tree(lease);
        var request = LeaseRevokeRequest.newBuilder().setID(id()).build();
        var node = anyNode();
        var _ =
                client.write(
                        LeaseWorkload.question("revoke", tree),
                        () -> node.leases(timeout()).leaseRevoke(request),
                        _ -> Reply.ok(tree, 0));
    }

    private void keepAlive() throws InterruptedException {
        var node = anyNode();
        var _ =
                client.write(
                        LeaseWorkload.question("keepalive", Reply.tree(lease, null)),
                        () -> keepAliveOnce(node),
                        answer -> Reply.ok(Reply.tree(lease, Math.max(0, answer.getTTL())), 0));
    }

    /// One exchange over a stream of its own.
    private LeaseKeepAliveResponse keepAliveOnce(RawNode node) throws InterruptedException {
        var result = new CompletableFuture<LeaseKeepAliveResponse>();
        var requests = node.leaseStreams().leaseKeepAlive(new FirstAnswer(result));
        requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(id()).build());
        try {
            var answer = result.get(timeout().toMillis(), TimeUnit.MILLISECONDS);
            requests.onCompleted();
            return answer;
        } catch (TimeoutException e) {
            requests.onError(Status.CANCELLED.asException());
            throw Status.DEADLINE_EXCEEDED.asRuntimeException();
        } catch (ExecutionException e) {
            throw new StatusRuntimeException(Status.fromThrowable(e));
        }
    }

    private record FirstAnswer(CompletableFuture<LeaseKeepAliveResponse> result)
            implements StreamObserver<LeaseKeepAliveResponse> {

        @Override
        public void onNext(LeaseKeepAliveResponse answer) {
            var _ = result.complete(answer);
        }

        @Override
        public void onError(Throwable failure) {
            var _ = result.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {
            var _ =
                    result.completeExceptionally(
                            Status.UNAVAILABLE.withDescription("no answer").asException());
        }
    }
}
