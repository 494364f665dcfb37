package dev.mainstay.jepsen.workload;

import com.google.protobuf.ByteString;
import dev.mainstay.client.KeyRange;
import dev.mainstay.client.KeyValue;
import dev.mainstay.client.MainstayException;
import dev.mainstay.client.Operation;
import dev.mainstay.client.Outcome;
import dev.mainstay.client.RangeOptions;
import dev.mainstay.client.RangeResult;
import dev.mainstay.client.ReadMode;
import dev.mainstay.client.Transaction;
import dev.mainstay.client.TransactionId;
import dev.mainstay.client.proto.CommitRequest;
import dev.mainstay.client.proto.CommitResponse;
import dev.mainstay.client.proto.PutRequest;
import dev.mainstay.client.proto.RequestOp;
import dev.mainstay.client.proto.TxnRequest;
import dev.mainstay.jepsen.checker.Availability;
import dev.mainstay.jepsen.checker.Checker;
import dev.mainstay.jepsen.checker.CounterChecker;
import dev.mainstay.jepsen.checker.RevisionFloor;
import dev.mainstay.jepsen.history.About;
import dev.mainstay.jepsen.workload.Client.Question;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/// Counters, added to under transaction ids that are sent again and again.
///
/// A counter is the version of a key: every put adds one, however often the same value is put. The
/// transaction also puts a key of its own for the addition, whose version tells how often this very
/// addition was carried out. Calls and values: [CounterChecker].
final class CounterWorkload implements Workload {

    private static final int ADDITIONS_PER_COUNTER = 200;
    private static final double STEPS_PER_SECOND = 9;
    private static final int REMEMBERED = 300;
    private static final int ATTEMPTS_MAX = 4;
    private static final int TIMEOUT_MILLIS_MIN = 100;
    private static final Duration RESOLVING = Duration.ofSeconds(40);

    /// One addition and the id it was sent under.
    private record Addition(long counter, long id, TransactionId transaction) {}

    private final AtomicLong ids = new AtomicLong();
    private final LinkedBlockingDeque<Addition> unknown = new LinkedBlockingDeque<>();
    private final LinkedBlockingDeque<Addition> acknowledged = new LinkedBlockingDeque<>();

    @Override
    public String name() {
        return "counter";
    }

    @Override
    public String about() {
        return "additions sent again under the same id, at any node: each is carried out exactly"
                + " once";
    }

    @Override
    public void begin(Site site) {}

    @Override
    public List<Worker> workers(Site site) {
        List<Worker> workers = new ArrayList<>();
        for (var i = 0; i < 2 * site.nodes(); i++) {
            var hand = new Hand(new Place(site, name()), i);
            workers.add(new SteppingWorker(STEPS_PER_SECOND, hand::step, hand::close));
        }
        return workers;
    }

    private void remember(Addition addition) {
        acknowledged.addLast(addition);
        if (acknowledged.size() > REMEMBERED) {
            var _ = acknowledged.pollFirst();
        }
    }

    /// One client. For one thread.
    private final class Hand {

        private final Place place;
        private final Client client;
        private final RandomGenerator random;
        private final List<RawNode> nodes;

        Hand(Place place, int who) {
            this.place = place;
            client = place.client();
            random = place.random(who);
            nodes = place.site().endpoints().stream().map(RawNode::new).toList();
        }

        void step() throws InterruptedException {
            switch (random.nextInt(10)) {
                case 0, 1, 2 -> add(random.nextInt(3) == 0);
                case 3, 4 -> repeat();
                case 5 -> {
                    var addition = unknown.pollFirst();
                    if (addition != null) {
                        resolve(addition);
                    } else {
                        askAgain();
                    }
                }
                default -> {
                    var _ = read(random.nextInt(nodes.size()), live());
                }
            }
        }

        private long live() {
            return ids.get() / ADDITIONS_PER_COUNTER;
        }

        private String counterKey(long counter) {
            return place.key("value/" + counter);
        }

        private String additionsKey(long counter) {
            return place.key("additions/" + counter + "/");
        }

        /// @param isRaw without the SDK, and with time-outs so short that some come too early
        private void add(boolean isRaw) throws InterruptedException {
            TransactionId transaction;
            try {
                transaction = place.site().database().newTransactionId();
            } catch (MainstayException e) {
                return; // Nothing was sent yet.
            }
            var id = ids.incrementAndGet();
            var addition = new Addition(id / ADDITIONS_PER_COUNTER, id, transaction);
            var tree = Reply.tree(addition.counter(), id);
            var question = new Question("add", tree, About.NOTHING);
            var isDone =
                    isRaw
                            ? client.write(
                                    question,
                                    () -> addRaw(addition),
                                    answer -> Reply.ok(tree, answer))
                            : client.write(
                                    question,
                                    () -> addBySdk(addition),
                                    answer -> Reply.ok(tree, answer));
            if (isDone.isPresent()) {
                remember(addition);
            } else {
                // Also what certainly failed: the store must say so too.
                unknown.addLast(addition);
            }
        }

        private long addBySdk(Addition addition) throws InterruptedException {
            var counter = addition.counter();
            var number = Long.toString(addition.id());
            return place.site()
                    .database()
                    .transaction(
                            Transaction.of(
                                            Operation.put(counterKey(counter), number),
                                            Operation.put(additionsKey(counter) + number, ""))
                                    .withId(addition.transaction()))
                    .revision();
        }

        /// Sends it to one node after the other until one answers.
        private long addRaw(Addition addition) {
            var at = random.nextInt(nodes.size());
            for (var attempt = 0; ; attempt++) {
                var millis = TIMEOUT_MILLIS_MIN << attempt;
                try {
                    return send(addition, at, attempt > 0, Duration.ofMillis(millis));
                } catch (StatusRuntimeException e) {
                    if (attempt + 1 >= ATTEMPTS_MAX || Thread.currentThread().isInterrupted()) {
                        throw unknown(e, attempt);
                    }
                    at = (at + 1 + random.nextInt(nodes.size() - 1)) % nodes.size();
                }
            }
        }

        /// A refusal of a later attempt says nothing about an earlier one.
        private static StatusRuntimeException unknown(StatusRuntimeException e, int attempt) {
            return attempt == 0
                    ? e
                    : io.grpc.Status.UNAVAILABLE
                            .withDescription("not the first attempt: " + e.getMessage())
                            .asRuntimeException();
        }

        private long send(Addition addition, int node, boolean isRepeated, Duration timeout) {
            return revision(commit(addition, node, isRepeated, timeout));
        }

        private static long revision(CommitResponse answer) {
            return answer.getTxn().getHeader().getRevision();
        }

        private CommitResponse commit(
                Addition addition, int node, boolean isRepeated, Duration timeout) {
            var transaction = addition.transaction();
            var id =
                    dev.mainstay.client.proto.TransactionId.newBuilder()
                            .setHigh(transaction.high())
                            .setLow(transaction.low());
            var number = Long.toString(addition.id());
            var txn =
                    TxnRequest.newBuilder()
                            .addSuccess(put(counterKey(addition.counter()), number))
                            .addSuccess(put(additionsKey(addition.counter()) + number, ""));
            return nodes.get(node)
                    .store(timeout)
                    .commit(
                            CommitRequest.newBuilder()
                                    .setId(id)
                                    .setSince(transaction.since())
                                    .setRepeatedAttempt(isRepeated)
                                    .setTxn(txn)
                                    .build());
        }

        private static RequestOp put(String key, String value) {
            return RequestOp.newBuilder()
                    .setRequestPut(
                            PutRequest.newBuilder()
                                    .setKey(ByteString.copyFromUtf8(key))
                                    .setValue(ByteString.copyFromUtf8(value)))
                    .build();
        }

        /// Sends again what was acknowledged before.
        private void repeat() throws InterruptedException {
            var addition = oneOf(acknowledged);
            if (addition.isEmpty()) {
                return;
            }
            var again = addition.get();
            var node = random.nextInt(nodes.size());
            var timeout = place.site().callTimeout();
            var _ =
                    client.read(
                            new Question(
                                    "repeat",
                                    Reply.tree(again.counter(), again.id(), null),
                                    Place.at(node, "repeat")),
                            () -> send(again, node, true, timeout),
                            revision ->
                                    Reply.ok(Reply.tree(again.counter(), again.id(), revision), 0));
        }

        private Optional<Addition> oneOf(LinkedBlockingDeque<Addition> additions) {
            var size = additions.size();
            return size == 0
                    ? Optional.empty()
                    : additions.stream().skip(random.nextInt(size)).findFirst();
        }

        private void askAgain() throws InterruptedException {
            var addition = oneOf(acknowledged);
            if (addition.isPresent()) {
                var _ = outcome(addition.get());
            }
        }

        /// Asks until it is known; it goes back to the others if it is not.
        private void resolve(Addition addition) throws InterruptedException {
            if (outcome(addition).isEmpty()) {
                unknown.addLast(addition);
            }
        }

        private Optional<Outcome> outcome(Addition addition) throws InterruptedException {
            return client.read(
                    new Question(
                            "outcome",
                            Reply.tree(addition.counter(), addition.id(), null, null),
                            About.NOTHING.withMode("outcome")),
                    () -> place.site().database().outcome(addition.transaction()),
                    outcome ->
                            Reply.ok(
                                    Reply.tree(
                                            addition.counter(),
                                            addition.id(),
                                            name(outcome.state()),
                                            outcome.revision()),
                                    0));
        }

        private static String name(Outcome.State state) {
            return switch (state) {
                case COMMITTED -> "committed";
                case ABORTED -> "aborted";
                case EXPIRED -> "expired";
            };
        }

        private Optional<RangeResult> read(int node, long counter) throws InterruptedException {
            return client.read(
                    new Question("read", Reply.tree(counter, null), Place.at(node, "strict")),
                    () -> place.pinned(node).get(counterKey(counter), ReadMode.strict()),
                    found ->
                            Reply.ok(
                                    Reply.tree(
                                            counter,
                                            found.entry().map(KeyValue::version).orElse(0L)),
                                    found.revision()));
        }

        private Optional<RangeResult> details(int node, long counter) throws InterruptedException {
            var range = KeyRange.prefix(additionsKey(counter));
            var options = RangeOptions.DEFAULT.keysOnly().mode(ReadMode.strict());
            return client.read(
                    new Question("details", Reply.tree(counter, null), Place.at(node, "strict")),
                    () -> place.pinned(node).getAll(range, options),
                    found ->
                            Reply.ok(
                                    Reply.tree(counter, times(found.entries())), found.revision()));
        }

        private static List<Object> times(List<KeyValue> entries) {
            List<Object> times = new ArrayList<>();
            entries.forEach(entry -> times.add(Reply.tree(Place.lastOf(entry), entry.version())));
            return times;
        }

        /// Learns all outcomes, then reads all counters.
        void finish() throws InterruptedException {
            var deadline = System.nanoTime() + RESOLVING.toNanos();
            var addition = unknown.pollFirst();
            while (addition != null && System.nanoTime() - deadline < 0) {
                resolve(addition);
                addition = unknown.pollFirst();
            }
            var last = live();
            for (var counter = 0L; counter <= last; counter++) {
                var which = counter;
                var node = (int) (counter % nodes.size());
                Client.insist(() -> read(node, which));
                Client.insist(() -> details(node, which));
            }
            for (var node = 0; node < nodes.size(); node++) {
                var at = node;
                Client.insist(() -> read(at, last));
            }
        }

        void close() {
            nodes.forEach(RawNode::close);
        }
    }

    @Override
    public void finish(Site site) throws InterruptedException {
        var hand = new Hand(new Place(site, name()), 2 * site.nodes());
        try {
            hand.finish();
        } finally {
            hand.close();
        }
    }

    @Override
    public List<Checker> checkers() {
        return List.of(new CounterChecker(), new RevisionFloor(), Availability.ofCalls());
    }
}
