package dev.mainstay.server.group;

import dev.mainstay.consensus.CannotStartException;
import dev.mainstay.consensus.Identity;
import dev.mainstay.consensus.LogListener;
import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import dev.mainstay.consensus.Peers;
import dev.mainstay.consensus.StateMachine;
import dev.mainstay.consensus.ratis.LocalGroup;
import dev.mainstay.consensus.ratis.RatisLog;
import dev.mainstay.server.gateway.GroupGateway;
import dev.mainstay.server.peer.CheckpointShelf;
import dev.mainstay.server.peer.PeerLinks;
import dev.mainstay.server.peer.PeerService;
import dev.mainstay.statemachine.Digest;
import dev.mainstay.statemachine.Store;
import dev.mainstay.statemachine.feed.ChangeFeed;
import io.grpc.Server;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One member as a node has it, without front doors: a real store, gateway, links to the others and
/// service for them. Lives from a start of its log to the next stop.
public final class LiveMember implements LocalGroup.Crew {

    /// What a member may have differently.
    ///
    /// @param requestTimeout for terms and read indexes
    record Fittings(
            Duration history,
            Duration outcome,
            long outcomes,
            Duration requestTimeout,
            Duration oldStoresClose) {

        static final Fittings USUAL =
                new Fittings(
                        Duration.ofHours(1),
                        Duration.ofHours(1),
                        1_000_000,
                        Duration.ofMillis(600),
                        Duration.ofMillis(100));
    }

    private final MemberId id;
    private final Member member;
    private final Loop loop;
    private final ExecutorService storage;
    private final ScheduledThreadPoolExecutor timer;
    private final ChangeFeed feed = new ChangeFeed(1 << 20);
    private final Faults faults = new Faults();
    private final GroupGateway gateway;
    private final GroupStateMachine machine;
    private final PeerLinks links;
    private final CheckpointShelf shelf;
    private final List<String> lastWords = new CopyOnWriteArrayList<>();
    private @Nullable Server server;
    private volatile @Nullable RatisLog log; // volatile: set by the starting thread

    LiveMember(LocalGroup.Node node, Identity identity, PeerWires wires, Fittings fittings)
            throws IOException, CannotStartException {
        id = node.id();
        loop = new Loop("loop-" + id.name());
        storage =
                Executors.newFixedThreadPool(
                        2, Thread.ofPlatform().daemon().name("storage-" + id.name()).factory());
        timer =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("timer-" + id.name()).factory());
        timer.setRemoveOnCancelPolicy(true);
        gateway =
                new GroupGateway(
                        new GroupGateway.Settings(
                                identity.group(),
                                "test",
                                Duration.ofMillis(50),
                                Duration.ofSeconds(5),
                                new GroupGateway.Kept(
                                        fittings.history, 0, fittings.outcome, fittings.outcomes)),
                        new GroupGateway.Threads(loop, storage, timer),
                        lastWords::add);
        machine =
                new GroupStateMachine(
                        directory(node.directory(), identity),
                        faults.stores(feed, gateway.leaseListener()),
                        gateway.awaited(),
                        run -> {
                            if (!timer.isShutdown()) {
                                var _ =
                                        timer.schedule(
                                                run,
                                                fittings.oldStoresClose.toMillis(),
                                                TimeUnit.MILLISECONDS);
                            }
                        });
        links =
                new PeerLinks(
                        identity.group(),
                        address -> wires.connect(id, address, loop, timer),
                        loop,
                        fittings.requestTimeout);
        shelf = new CheckpointShelf(node.directory().resolve("outgoing"), machine::store, 0, loop);
        member = node.member();
    }

    private static StoreDirectory directory(Path parent, Identity identity)
            throws IOException, CannotStartException {
        Files.createDirectories(parent);
        var recorded = StoreDirectory.diskId(parent);
        identity.checkDisk(recorded);
        return recorded.isPresent()
                ? StoreDirectory.open(parent)
                : StoreDirectory.create(parent, identity.diskId());
    }

    @Override
    public StateMachine machine() {
        return machine;
    }

    @Override
    public LogListener listener() {
        return gateway;
    }

    @Override
    public Peers peers() {
        return links;
    }

    @Override
    public void serve(RatisLog running) {
        log = running;
        gateway.start(new GroupGateway.Ground(running, machine, feed, links, running::isDiskFull));
        var service = new PeerService(ThreeMembers.GROUP, running, gateway, shelf, loop);
        try {
            server =
                    InProcessServerBuilder.forName(member.grpcAddress())
                            .executor(loop)
                            .addService(service)
                            .build()
                            .start();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void leave() {
        gateway.stop();
        if (server != null) {
            server.shutdownNow();
        }
        links.close();
        timer.shutdownNow();
        storage.shutdownNow();
        loop.close();
        machine.close();
    }

    MemberId id() {
        return id;
    }

    Member member() {
        return member;
    }

    GroupGateway gateway() {
        return gateway;
    }

    PeerLinks links() {
        return links;
    }

    RatisLog log() {
        var running = log;
        if (running == null) {
            throw new AssertionError("not started");
        }
        return running;
    }

    Loop loop() {
        return loop;
    }

    Store store() {
        return machine.store();
    }

    GroupStateMachine group() {
        return machine;
    }

    Faults faults() {
        return faults;
    }

    Digest digest() {
        return machine.store().digest();
    }

    /// The line with which a process would have ended, if it would have.
    Optional<String> lastWords() {
        return lastWords.stream().findFirst();
    }

    int timesItEnded() {
        return lastWords.size();
    }
}
