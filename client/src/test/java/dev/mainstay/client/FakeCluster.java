package dev.mainstay.client;

import dev.mainstay.client.internal.Transport;
import dev.mainstay.client.proto.CommitRequest;
import dev.mainstay.client.proto.CommitResponse;
import dev.mainstay.client.proto.Event;
import dev.mainstay.client.proto.KeyValue;
import dev.mainstay.client.proto.RangeRequest;
import dev.mainstay.client.proto.RangeResponse;
import dev.mainstay.client.proto.RequestOp;
import dev.mainstay.client.proto.ResponseHeader;
import dev.mainstay.client.proto.ResponseOp;
import dev.mainstay.client.proto.TxnRequest;
import dev.mainstay.client.proto.TxnResponse;
import io.grpc.ManagedChannel;
import io.grpc.inprocess.InProcessChannelBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Three nodes in this process over one state, that do with each call what a test tells them.
///
/// The state knows just enough: puts, deletes, single keys and prefixes, comparisons with create
/// revisions. All methods of the state are synchronized: nodes call from any thread.
final class FakeCluster implements AutoCloseable {

    static final String A = "a:1";
    static final String B = "b:1";
    static final String C = "c:1";

    private final String prefix = UUID.randomUUID().toString();
    private final Map<String, FakeNode> nodes = new ConcurrentHashMap<>();
    private final TreeMap<String, KeyValue> keys = new TreeMap<>();
    private final Map<String, CommitResponse> outcomes = new HashMap<>();
    private final List<Event> events = new ArrayList<>();
    private long revision = 1;
    private String leader = A;

    // Guarded by this cluster, like the state.
    final Map<Long, Long> leases = new HashMap<>();

    FakeCluster() {
        for (var address : List.of(A, B, C)) {
            nodes.put(address, new FakeNode(this, prefix + address, address));
        }
    }

    FakeNode node(String address) {
        return Objects.requireNonNull(nodes.get(address));
    }

    /// A client whose attempts last a tenth of its timeout of two seconds.
    Mainstay.Builder client() {
        return Mainstay.builder(A, B, C)
                .timeout(Duration.ofSeconds(2))
                .attemptTimeout(Duration.ofMillis(200));
    }

    Database connect() {
        return connect(client().preferred(A));
    }

    Database connect(Mainstay.Builder builder) {
        return builder.connect(new InProcess(prefix));
    }

    void eachNode(Consumer<FakeNode> order) {
        nodes.values().forEach(order);
    }

    synchronized String leader() {
        return leader;
    }

    synchronized void leader(String address) {
        leader = address;
    }

    synchronized long revision() {
        return revision;
    }

    synchronized ResponseHeader header() {
        return ResponseHeader.newBuilder().setRevision(revision).build();
    }

    /// What an id was answered, if it was carried out.
    synchronized @Nullable CommitResponse outcome(dev.mainstay.client.proto.TransactionId id) {
        return outcomes.get(text(id));
    }

    /// Carries a transaction out once.
    CommitResponse commit(CommitRequest request) {
        CommitResponse answer;
        synchronized (this) {
            var known = outcomes.get(text(request.getId()));
            if (known != null) {
                return known.toBuilder().setRepeatedAnswer(true).build();
            }
            answer = CommitResponse.newBuilder().setTxn(carryOut(request.getTxn())).build();
            outcomes.put(text(request.getId()), answer);
        }
        // Outside: watchers hold their own lock when they ask for revisions.
        nodes.values().forEach(FakeNode::feed);
        return answer;
    }

    private static String text(dev.mainstay.client.proto.TransactionId id) {
        return id.getHigh() + "/" + id.getLow();
    }

    private TxnResponse carryOut(TxnRequest txn) {
        boolean holds =
                txn.getCompareList().stream()
                        .allMatch(
                                c -> createdAt(c.getKey().toStringUtf8()) == c.getCreateRevision());
        var answer = TxnResponse.newBuilder().setSucceeded(holds);
        long next = revision + 1;
        for (var operation : holds ? txn.getSuccessList() : txn.getFailureList()) {
            answer.addResponses(carryOut(operation, next));
        }
        return answer.setHeader(header()).build();
    }

    private long createdAt(String key) {
        var found = keys.get(key);
        return found == null ? 0 : found.getCreateRevision();
    }

    private ResponseOp carryOut(RequestOp operation, long next) {
        var answer = ResponseOp.newBuilder();
        if (operation.hasRequestPut()) {
            var put = operation.getRequestPut();
            var key = put.getKey().toStringUtf8();
            var before = keys.get(key);
            var entry =
                    KeyValue.newBuilder()
                            .setKey(put.getKey())
                            .setValue(put.getValue())
                            .setLease(put.getLease())
                            .setModRevision(next)
                            .setCreateRevision(before == null ? next : before.getCreateRevision())
                            .setVersion(before == null ? 1 : before.getVersion() + 1)
                            .build();
            keys.put(key, entry);
            change(Event.newBuilder().setType(Event.EventType.PUT).setKv(entry), next);
            answer.getResponsePutBuilder();
            if (before != null && put.getPrevKv()) {
                answer.getResponsePutBuilder().setPrevKv(before);
            }
        } else if (operation.hasRequestDeleteRange()) {
            var key = operation.getRequestDeleteRange().getKey();
            boolean existed = keys.remove(key.toStringUtf8()) != null;
            if (existed) {
                var gone = KeyValue.newBuilder().setKey(key).setModRevision(next);
                change(Event.newBuilder().setType(Event.EventType.DELETE).setKv(gone), next);
            }
            answer.getResponseDeleteRangeBuilder().setDeleted(existed ? 1 : 0);
        } else {
            answer.setResponseRange(range(operation.getRequestRange()));
        }
        return answer.build();
    }

    private void change(Event.Builder event, long next) {
        revision = next;
        events.add(event.build());
    }

    synchronized RangeResponse range(RangeRequest request) {
        var from = request.getKey().toStringUtf8();
        var found =
                request.getRangeEnd().isEmpty()
                        ? keys.subMap(from, true, from, true)
                        : keys.subMap(from, end(request));
        var entries =
                found.values().stream()
                        .filter(e ->
                                request.getMaxCreateRevision() == 0
                                        || e.getCreateRevision() <= request.getMaxCreateRevision())
                        .sorted((x, y) ->
                                request.getSortOrder() == RangeRequest.SortOrder.DESCEND
                                        ? Long.compare(y.getCreateRevision(), x.getCreateRevision())
                                        : 0)
                        .toList();
        return RangeResponse.newBuilder()
                .setHeader(header())
                .addAllKvs(entries)
                .setCount(entries.size())
                .build();
    }

    private static String end(RangeRequest request) {
        var end = request.getRangeEnd().toStringUtf8();
        return end.equals("\0") ? "\uffff" : end;
    }

    /// All events from `from` on, in order.
    synchronized List<Event> eventsFrom(long from) {
        return events.stream().filter(e -> e.getKv().getModRevision() >= from).toList();
    }

    @Override
    public void close() {
        nodes.values().forEach(FakeNode::stop);
    }

    private static final class InProcess implements Transport {

        private final String prefix;
        private final ScheduledExecutorService loop =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("test-loop").factory());

        InProcess(String prefix) {
            this.prefix = prefix;
        }

        @Override
        public ManagedChannel open(String address) {
            return InProcessChannelBuilder.forName(prefix + address)
                    .directExecutor()
                    .disableRetry()
                    .build();
        }

        @Override
        public ScheduledExecutorService eventLoop() {
            return loop;
        }

        @Override
        public void close() {
            loop.shutdownNow();
        }
    }
}
