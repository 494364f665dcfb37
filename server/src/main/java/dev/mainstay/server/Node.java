package dev.mainstay.server;

import dev.mainstay.consensus.CannotStartException;
import dev.mainstay.consensus.Identity;
import dev.mainstay.consensus.LogOperationException;
import dev.mainstay.consensus.LogSettings;
import dev.mainstay.consensus.MemberId;
import dev.mainstay.consensus.ratis.RatisLog;
import dev.mainstay.server.admin.AdminService;
import dev.mainstay.server.admin.http.HttpPort;
import dev.mainstay.server.cli.Version;
import dev.mainstay.server.config.NodeConfig;
import dev.mainstay.server.gateway.GroupGateway;
import dev.mainstay.server.group.GroupStateMachine;
import dev.mainstay.server.group.StoreDirectory;
import dev.mainstay.server.kv.EtcdServices;
import dev.mainstay.server.kv.watch.WatchService;
import dev.mainstay.server.kv.watch.WatchSettings;
import dev.mainstay.server.peer.CheckpointShelf;
import dev.mainstay.server.peer.PeerLinks;
import dev.mainstay.server.peer.PeerService;
import dev.mainstay.server.telemetry.Metrics;
import dev.mainstay.statemachine.feed.ChangeFeed;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One node: the objects, put together by hand, started in order and stopped in reverse.
public final class Node implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    private static final long FEED_BYTES_MAX = 16L << 20;
    private static final Duration TRANSFER_TIMEOUT = Duration.ofSeconds(5);
    private static final long DRAIN_SECONDS = 5;

    private final NodeConfig config;
    private final Identity identity;
    private final NodeThreads threads = new NodeThreads();
    private final Metrics metrics = new Metrics();
    private final ChangeFeed feed = new ChangeFeed(FEED_BYTES_MAX);
    private final GroupGateway gateway;
    private final GroupStateMachine machine;
    private final PeerLinks links;
    private final CheckpointShelf shelf;
    private final RatisLog log;
    private final WatchService watches;
    private final GrpcPort grpc;
    private final HttpPort http;
    private volatile boolean isClosing; // volatile: written by the stopping thread

    private Node(NodeConfig config, Identity identity) throws IOException, CannotStartException {
        this.config = config;
        this.identity = identity;
        grpc = new GrpcPort(threads);
        gateway = new GroupGateway(gatewaySettings(), threads.forGateway(), Halt::now);
        var directory = openDirectory();
        machine =
                new GroupStateMachine(
                        directory,
                        new StoreFiles(config.memory(), feed, gateway.leaseListener()),
                        gateway.awaited(),
                        this::afterAWhile);
        links =
                new PeerLinks(
                        identity.group(),
                        grpc::connect,
                        threads.eventLoop(),
                        config.raft().electionTimeout());
        shelf =
                new CheckpointShelf(
                        config.directory().resolve("outgoing"),
                        machine::store,
                        config.raft().checkpointRateBytes(),
                        threads.eventLoop());
        LOG.info("consistent recovery state reached at {}", machine.store().position());
        log = RatisLog.start(logSettings(), identity, machine, gateway, links);
        gateway.start(new GroupGateway.Ground(log, machine, feed, links, log::isDiskFull));
        watches = new WatchService(gateway, WatchSettings.DEFAULT);
        openGrpc();
        http = HttpPort.open(config, gateway, metrics);
        every(300, links::reconnect);
        every(10_000, this::tidyShelf);
        registerGauges();
    }

    /// Starts a node in its data directory, which the caller has locked.
    public static Node start(NodeConfig config) throws IOException, CannotStartException {
        var identity = Identity.claim(config.directory());
        if (config.group() != 0 && config.group() != identity.group()) {
            throw new CannotStartException(
                    "the data directory %s belongs to another cluster: group %s, not %s"
                            .formatted(
                                    config.directory(),
                                    HexFormat.of().toHexDigits(identity.group()),
                                    HexFormat.of().toHexDigits(config.group())));
        }
        if (!identity.member().name().equals(config.name())) {
            throw new CannotStartException(
                    "the data directory %s belongs to member %s, not to a node called '%s'"
                            .formatted(config.directory(), identity.member(), config.name()));
        }
        var node = new Node(config, identity);
        LOG.info(
                "ready to accept read-only connections: {} at {}:{}",
                identity.member(),
                config.advertise().host(),
                config.advertise().grpcPort());
        return node;
    }

    public MemberId member() {
        return identity.member();
    }

    private StoreDirectory openDirectory() throws IOException, CannotStartException {
        var parent = config.directory();
        var recorded = StoreDirectory.diskId(parent);
        identity.checkDisk(recorded);
        return recorded.isPresent()
                ? StoreDirectory.open(parent)
                : StoreDirectory.create(parent, identity.diskId());
    }

    private GroupGateway.Settings gatewaySettings() {
        var kept = config.retention();
        return new GroupGateway.Settings(
                identity.group(),
                Version.text(),
                config.raft().freshnessInterval(),
                config.limits().requestTimeout(),
                new GroupGateway.Kept(
                        kept.history(), kept.historyBytes(), kept.outcome(), kept.outcomes()));
    }

    private LogSettings logSettings() {
        var raft = config.raft();
        return new LogSettings(
                config.directory(),
                config.listen().host(),
                config.listen().raftPort(),
                raft.electionTimeout(),
                raft.diskStallTimeout(),
                raft.segmentBytesMax(),
                raft.keptEntries(),
                raft.checkpointBytes(),
                raft.diskReserveBytes());
    }

    private void openGrpc() throws IOException {
        var etcd = new EtcdServices(gateway, config.limits());
        var json = new ArrayList<ServerServiceDefinition>(etcd.definitions());
        json.add(etcd.guarded(watches));
        var services = new ArrayList<ServerServiceDefinition>(json);
        services.add(new AdminService(gateway, machine.appliedIndex()).bindService());
        services.add(new HealthStatusManager().getHealthService().bindService());
        services.add(
                new PeerService(identity.group(), log, gateway, shelf, threads.eventLoop())
                        .bindService());
        grpc.open(config, services, json, etcd.transportBytesMax(), gateway);
    }

    private void registerGauges() {
        metrics.add("log", log::gauges);
        metrics.add("store", () -> machine.store().gauges());
        metrics.add("gateway", gateway::gauges);
    }

    private void every(long millis, Runnable run) {
        var _ = threads.timer().scheduleWithFixedDelay(run, millis, millis, TimeUnit.MILLISECONDS);
    }

    /// Where it may take long: a closed store writes down what it holds. Nothing is left to do for
    /// a node that stops.
    private void afterAWhile(Runnable run) {
        if (!isClosing) {
            var _ =
                    threads.timer()
                            .schedule(() -> threads.storage().execute(run), 10, TimeUnit.SECONDS);
        }
    }

    private void tidyShelf() {
        threads.storage()
                .execute(() -> {
                    try {
                        shelf.tidy();
                    } catch (IOException e) {
                        LOG.warn("an old checkpoint could not be deleted", e);
                    }
                });
    }

    /// Hands leadership over, finishes what is in flight, closes. Blocking, seconds.
    @Override
    public void close() {
        LOG.info("stops");
        isClosing = true;
        try {
            handOver();
            drain();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        gateway.stop();
        http.close();
        watches.close();
        grpc.close();
        log.close();
        links.close();
        machine.close();
        threads.close();
        LOG.info("stopped");
    }

    private void handOver() throws InterruptedException {
        try {
            if (log.standing().isLeader() && log.membership().voters().size() > 1) {
                log.transferLeadership(null, TRANSFER_TIMEOUT);
            }
        } catch (LogOperationException e) {
            LOG.warn("leadership was not handed over: {}", e.getMessage());
        }
    }

    /// New calls are refused, those that wait are answered.
    private void drain() throws InterruptedException {
        grpc.drain();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DRAIN_SECONDS);
        while (gateway.waitingCalls() > 0 && System.nanoTime() - deadline < 0) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }
}
