package dev.mainstay.server.kv.watch;

import dev.mainstay.consensus.LogIndex;
import dev.mainstay.consensus.MemberId;
import dev.mainstay.consensus.Membership;
import dev.mainstay.consensus.Role;
import dev.mainstay.consensus.Standing;
import dev.mainstay.server.gateway.Gateway;
import dev.mainstay.server.gateway.Leases;
import dev.mainstay.server.gateway.Members;
import dev.mainstay.server.gateway.Outcome;
import dev.mainstay.server.gateway.Readiness;
import dev.mainstay.statemachine.Store;
import dev.mainstay.statemachine.command.Command;
import dev.mainstay.statemachine.command.TxnId;
import dev.mainstay.statemachine.feed.Feed;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/// A gateway that has a feed and a leader, or none; it carries out nothing.
public final class TestGateway implements Gateway, AutoCloseable {

    private static final MemberId SELF = new MemberId("n1", 7);

    private final Feed feed;
    private final ExecutorService eventLoop = Executors.newSingleThreadExecutor();
    private final ExecutorService storage = Executors.newFixedThreadPool(2);
    private volatile boolean hasLeader = true;
    private volatile Readiness readiness = Readiness.READY;

    public TestGateway(Feed feed) {
        this.feed = feed;
    }

    public void hasLeader(boolean answer) {
        hasLeader = answer;
    }

    public void readiness(Readiness answer) {
        readiness = answer;
    }

    @Override
    public Feed feed() {
        return feed;
    }

    @Override
    public Standing standing() {
        var none = LogIndex.NONE;
        return new Standing(
                SELF, Role.FOLLOWER, 3, false, hasLeader ? SELF : null, none, none, none, none);
    }

    @Override
    public long clusterId() {
        return 5;
    }

    @Override
    public Executor eventLoop() {
        return eventLoop;
    }

    @Override
    public Executor storageThreads() {
        return storage;
    }

    @Override
    public void whenStrict(long deadline, Consumer<Readiness> ready) {
        eventLoop.execute(() -> ready.accept(readiness));
    }

    @Override
    public boolean isDiskFull() {
        return false;
    }

    @Override
    public TxnId newId() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long since() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void write(Command command, long deadline, Consumer<Outcome> done) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void whenAtRevision(long revision, long deadline, Consumer<Readiness> ready) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Store store() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Membership membership() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long stalenessMillis() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void whenFresh(long millis, long deadline, Consumer<Readiness> ready) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Leases leases() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Members members() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        eventLoop.shutdownNow();
        storage.shutdownNow();
    }
}
