package dev.mainstay.bench.load;

import com.google.protobuf.ByteString;
import dev.mainstay.client.proto.Compare;
import dev.mainstay.client.proto.DeleteRangeRequest;
import dev.mainstay.client.proto.KVGrpc;
import dev.mainstay.client.proto.LeaseGrantRequest;
import dev.mainstay.client.proto.LeaseGrpc;
import dev.mainstay.client.proto.LeaseRevokeRequest;
import dev.mainstay.client.proto.PutRequest;
import dev.mainstay.client.proto.RangeRequest;
import dev.mainstay.client.proto.RequestOp;
import dev.mainstay.client.proto.TxnRequest;
import dev.mainstay.client.proto.WatchCreateRequest;
import dev.mainstay.client.proto.WatchGrpc;
import dev.mainstay.client.proto.WatchRequest;
import dev.mainstay.client.proto.WatchResponse;
import dev.mainstay.jepsen.cluster.Channels;
import dev.mainstay.jepsen.cluster.KvCluster;
import io.grpc.ManagedChannel;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.BlockingClientCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// Puts, gets, transactions, watches and leases on a bounded set of keys at all nodes, at a steady
/// pace, one virtual thread per client.
final class MixedLoad implements AutoCloseable {

    private static final int KEYS = 5_000;
    private static final int PAUSE_MILLIS = 10;
    private static final int DEADLINE_SECONDS = 10;
    private static final int EVENTS_PER_WATCH = 2_000;
    private static final String VALUE = "v".repeat(200);
    private static final ByteString ALL_FROM = ByteString.copyFromUtf8("soak/");
    private static final ByteString ALL_TO = ByteString.copyFromUtf8("soak0");

    private final List<ManagedChannel> channels;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicBoolean stop = new AtomicBoolean();
    private final Map<String, AtomicLong> done = new ConcurrentSkipListMap<>();
    private final Map<String, AtomicLong> errors = new ConcurrentSkipListMap<>();

    record Counts(Map<String, Long> done, Map<String, Long> errors) {}

    private interface Client {
        void step(ManagedChannel channel) throws InterruptedException;
    }

    MixedLoad(KvCluster cluster) {
        channels = cluster.endpoints().stream().map(Channels::to).toList();
        start("put", 12, MixedLoad::put);
        start("get", 12, MixedLoad::get);
        start("transaction", 6, MixedLoad::transaction);
        start("lease", 3, MixedLoad::lease);
        start("watch", 6, this::watch);
    }

    Counts counts() {
        return new Counts(plain(done), plain(errors));
    }

    Counts stop() throws InterruptedException {
        stop.set(true);
        for (var thread : threads) {
            if (!thread.join(Duration.ofSeconds(3 * DEADLINE_SECONDS))) {
                throw new IllegalStateException("a client hangs: " + thread.getName());
            }
        }
        return counts();
    }

    @Override
    public void close() {
        stop.set(true);
        channels.forEach(Channels::close);
    }

    private void start(String kind, int count, Client client) {
        for (var i = 0; i < count; i++) {
            var channel = channels.get(i % channels.size());
            var name = kind + "-" + i;
            threads.add(Thread.ofVirtual().name(name).start(() -> run(kind, client, channel)));
        }
    }

    private void run(String kind, Client client, ManagedChannel channel) {
        try {
            while (!stop.get()) {
                try {
                    client.step(channel);
                    count(done, kind);
                } catch (StatusRuntimeException e) {
                    count(errors, kind + ": " + e.getStatus());
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void put(ManagedChannel channel) {
        var _ = kv(channel).put(put(randomKey(), 0));
    }

    private static void get(ManagedChannel channel) {
        var _ = kv(channel).range(RangeRequest.newBuilder().setKey(randomKey()).build());
    }

    /// Deletes a key that exists and puts one that does not, so keys come and go.
    private static void transaction(ManagedChannel channel) {
        var key = randomKey();
        var delete = DeleteRangeRequest.newBuilder().setKey(key).build();
        var _ =
                kv(channel)
                        .txn(
                                TxnRequest.newBuilder()
                                        .addCompare(
                                                Compare.newBuilder()
                                                        .setKey(key)
                                                        .setTarget(Compare.CompareTarget.VERSION)
                                                        .setResult(Compare.CompareResult.GREATER)
                                                        .setVersion(0))
                                        .addSuccess(
                                                RequestOp.newBuilder()
                                                        .setRequestDeleteRange(delete))
                                        .addFailure(
                                                RequestOp.newBuilder().setRequestPut(put(key, 0)))
                                        .build());
    }

    /// A lease with a key; half of them are revoked, half expire.
    private static void lease(ManagedChannel channel) {
        var leases =
                LeaseGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
        var id = leases.leaseGrant(LeaseGrantRequest.newBuilder().setTTL(2).build()).getID();
        var _ = kv(channel).put(put(ByteString.copyFromUtf8("soak/lease/" + id), id));
        if (ThreadLocalRandom.current().nextBoolean()) {
            var _ = leases.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(id).build());
        }
    }

    /// Watches everything for some events, then leaves and comes back.
    private void watch(ManagedChannel channel) throws InterruptedException {
        var create =
                WatchCreateRequest.newBuilder()
                        .setKey(ALL_FROM)
                        .setRangeEnd(ALL_TO)
                        .setPrevKv(true);
        var stub = WatchGrpc.newBlockingV2Stub(channel);
        BlockingClientCall<WatchRequest, WatchResponse> call = stub.watch();
        try {
            call.write(WatchRequest.newBuilder().setCreateRequest(create).build());
            var events = 0;
            while (events < EVENTS_PER_WATCH && !stop.get()) {
                var response = call.read(1, TimeUnit.SECONDS);
                events += response == null ? 0 : response.getEventsCount();
            }
        } catch (TimeoutException e) {
            // Nothing for a second: begin anew.
        } catch (StatusException e) {
            throw e.getStatus().asRuntimeException();
        } finally {
            call.cancel("enough", null);
        }
    }

    private static KVGrpc.KVBlockingStub kv(ManagedChannel channel) {
        return KVGrpc.newBlockingStub(channel)
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    private static PutRequest put(ByteString key, long lease) {
        return PutRequest.newBuilder()
                .setKey(key)
                .setValue(ByteString.copyFromUtf8(VALUE))
                .setLease(lease)
                .build();
    }

    private static ByteString randomKey() {
        return ByteString.copyFromUtf8("soak/" + ThreadLocalRandom.current().nextInt(KEYS));
    }

    private static void count(Map<String, AtomicLong> counts, String kind) {
        counts.computeIfAbsent(kind, _ -> new AtomicLong()).incrementAndGet();
    }

    private static Map<String, Long> plain(Map<String, AtomicLong> counts) {
        var copy = new TreeMap<String, Long>();
        counts.forEach((kind, count) -> copy.put(kind, count.get()));
        return copy;
    }
}
