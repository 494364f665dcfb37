package dev.mainstay.server.kv;

import dev.mainstay.consensus.LogIndex;
import dev.mainstay.consensus.Lost;
import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import dev.mainstay.consensus.Membership;
import dev.mainstay.consensus.Role;
import dev.mainstay.consensus.Standing;
import dev.mainstay.server.gateway.Gateway;
import dev.mainstay.server.gateway.Leases;
import dev.mainstay.server.gateway.Outcome;
import dev.mainstay.server.gateway.Readiness;
import dev.mainstay.statemachine.MvccStore;
import dev.mainstay.statemachine.Store;
import dev.mainstay.statemachine.StoreSettings;
import dev.mainstay.statemachine.command.Command;
import dev.mainstay.statemachine.command.CommandCodec;
import dev.mainstay.statemachine.command.Result;
import dev.mainstay.statemachine.command.TxnId;
import dev.mainstay.statemachine.command.Verdict;
import dev.mainstay.statemachine.feed.ChangeFeed;
import dev.mainstay.statemachine.feed.Feed;
import dev.mainstay.statemachine.storage.MemoryByteStore;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A group of one, in memory: every command is applied at once by the apply thread, unless the test
/// said that the next one fares otherwise.
final class FakeGateway implements Gateway, Leases, AutoCloseable {

    static final MemberId SELF = new MemberId("n1", 0x11);
    static final MemberId OTHER = new MemberId("n2", 0x22);
    static final long CLUSTER = 0xc1;

    private final ChangeFeed feed = new ChangeFeed(1 << 20);
    private final Store store = MvccStore.open(new MemoryByteStore(), feed, StoreSettings.DEFAULT);
    private final ExecutorService applyThread = daemon("apply");
    private final ExecutorService eventLoop = daemon("event-loop");
    private final ExecutorService storageThreads = daemon("storage");
    private final FakeMembers members = new FakeMembers();

    /// How the next writes fare; a write that finds none is applied.
    private final Queue<Fate> fates = new ArrayDeque<>();

    private long ids = 1L << TxnId.COUNTER_BITS;

    /// Volatile: written by the apply thread, shown by others.
    private volatile long index;

    volatile long term = 2;
    volatile boolean hasLeader = true;
    volatile boolean isLeader = true;
    volatile boolean isDiskFull;
    volatile Readiness readiness = Readiness.READY;

    /// That of the last write or strict read.
    volatile long deadline;

    final AtomicInteger readIndexes = new AtomicInteger();
    final AtomicInteger entries = new AtomicInteger();

    /// How long ago the leases were granted.
    volatile long secondsPassed;

    sealed interface Fate {

        record IsLost(Lost lost) implements Fate {}

        /// Nobody knows the id any more.
        record IsExpired() implements Fate {}

        /// An earlier attempt was carried out, and its answer got lost.
        record IsRepeated() implements Fate {}
    }

    void next(Fate fate) {
        synchronized (fates) {
            fates.add(fate);
        }
    }

    @Override
    public synchronized TxnId newId() {
        return new TxnId(0, ids++);
    }

    @Override
    public long since() {
        return store.position().revision();
    }

    @Override
    public void write(Command command, long until, Consumer<Outcome> done) {
        deadline = until;
        Fate fate;
        synchronized (fates) {
            fate = fates.poll();
        }
        applyThread.execute(() -> {
            var outcome = fare(command, fate);
            eventLoop.execute(() -> done.accept(outcome));
        });
    }

    private Outcome fare(Command command, @Nullable Fate fate) {
        return switch (fate) {
            case null -> applied(apply(command));
            case Fate.IsLost(var lost) -> new Outcome.NotApplied(lost);
            case Fate.IsExpired() ->
                    applied(new Result(command.id(), new Verdict.Expired(1_000), false, List.of()));
            case Fate.IsRepeated() -> {
                apply(command);
                yield applied(apply(command));
            }
        };
    }

    private Result apply(Command command) {
        entries.incrementAndGet();
        var bytes = ByteBuffer.wrap(CommandCodec.encode(command)).asReadOnlyBuffer();
        long next = index + 1;
        index = next;
        return store.apply(next, term, next, List.of(bytes), _ -> true).getFirst();
    }

    private Outcome applied(Result result) {
        return new Outcome.Applied(term, new LogIndex(index), result);
    }

    /// The leader sees a lease's time run out.
    void expire(long lease) {
        var applied = new CountDownLatch(1);
        applyThread.execute(() -> {
            apply(new Command.ExpireLease(newId(), since(), term, lease));
            applied.countDown();
        });
        try {
            applied.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void whenStrict(long until, Consumer<Readiness> ready) {
        deadline = until;
        readIndexes.incrementAndGet();
        eventLoop.execute(() -> ready.accept(readiness));
    }

    @Override
    public void whenAtRevision(long revision, long deadline, Consumer<Readiness> ready) {
        whenStrict(deadline, ready);
    }

    @Override
    public void whenFresh(long millis, long deadline, Consumer<Readiness> ready) {
        whenStrict(deadline, ready);
    }

    @Override
    public Store store() {
        return store;
    }

    @Override
    public Feed feed() {
        return feed;
    }

    @Override
    public Standing standing() {
        var at = new LogIndex(Math.max(index, 0));
        var leader = hasLeader ? (isLeader ? SELF : OTHER) : null;
        var role = hasLeader && isLeader ? Role.LEADER : Role.FOLLOWER;
        return new Standing(SELF, role, term, isLeader, leader, at, at, at, at);
    }

    @Override
    public Membership membership() {
        return new Membership(List.of(member(SELF), member(OTHER)), List.of());
    }

    static Member member(MemberId id) {
        var host = id.name() + ".example:";
        return new Member(id, host + 1, host + 2, host + 3, host + 4);
    }

    @Override
    public long clusterId() {
        return CLUSTER;
    }

    @Override
    public long stalenessMillis() {
        return 0;
    }

    @Override
    public Leases leases() {
        return this;
    }

    @Override
    public void keepAlive(long lease, long deadline, Consumer<Answer> done) {
        look(lease, 0, done);
    }

    @Override
    public void timeToLive(long lease, long deadline, Consumer<Answer> done) {
        look(lease, secondsPassed, done);
    }

    private void look(long id, long passed, Consumer<Answer> done) {
        eventLoop.execute(() -> done.accept(look(id, passed)));
    }

    private Answer look(long id, long passed) {
        if (!hasLeader) {
            return new Answer.NoLeader("none elected");
        }
        try (var view = store.openReadView()) {
            return view.lease(id)
                    .<Answer>map(l -> new Answer.Alive(l.ttlSeconds(), l.ttlSeconds() - passed))
                    .orElseGet(Answer.NotFound::new);
        }
    }

    @Override
    public FakeMembers members() {
        return members;
    }

    @Override
    public boolean isDiskFull() {
        return isDiskFull;
    }

    @Override
    public Executor eventLoop() {
        return eventLoop;
    }

    @Override
    public Executor storageThreads() {
        return storageThreads;
    }

    private static ExecutorService daemon(String name) {
        return Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name(name).factory());
    }

    @Override
    public void close() {
        applyThread.close();
        storageThreads.close();
        eventLoop.close();
        store.close();
    }
}
