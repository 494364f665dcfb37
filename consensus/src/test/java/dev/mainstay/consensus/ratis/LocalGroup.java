package dev.mainstay.consensus.ratis;

import dev.mainstay.consensus.Await;
import dev.mainstay.consensus.Bootstrap;
import dev.mainstay.consensus.CannotStartException;
import dev.mainstay.consensus.CountingMachine;
import dev.mainstay.consensus.Firewall;
import dev.mainstay.consensus.Identity;
import dev.mainstay.consensus.LocalPeers;
import dev.mainstay.consensus.LogListener;
import dev.mainstay.consensus.LogSettings;
import dev.mainstay.consensus.Lost;
import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import dev.mainstay.consensus.Peers;
import dev.mainstay.consensus.ReadIndex;
import dev.mainstay.consensus.StateMachine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.jspecify.annotations.Nullable;

/// Members of one group in one JVM, on loopback ports, with wires to cut. One test thread.
public final class LocalGroup implements AutoCloseable {

    public static final long GROUP = 0x1234;
    private static final Duration ELECTION_TIMEOUT = Duration.ofMillis(600);

    /// What a test wants different; the fields have defaults that suit a quick test.
    public static final class Options {

        Duration electionTimeout = ELECTION_TIMEOUT;
        Duration diskStallTimeout = Duration.ofSeconds(5);
        long segmentBytesMax = 8 << 20;
        long keptEntries = 0;
        long checkpointBytes = 64 << 20;
        long diskReserveBytes = 0;
        Supplier<Seams.Disk> disks = Seams.NONE::disk;
        boolean isAppenderFixed = true;
        Machines machines = CountingMachine::new;
        @Nullable Crews crews;
        Map<String, String> properties = new HashMap<>();

        public Options electionTimeout(Duration timeout) {
            electionTimeout = timeout;
            return this;
        }

        public Options machines(Machines factory) {
            machines = factory;
            return this;
        }

        public Options crews(Crews factory) {
            crews = factory;
            return this;
        }

        /// Segments that are purged as soon as a checkpoint covers them.
        public Options smallSegments() {
            return LogFixtures.smallSegments(this);
        }

        /// What the disks of all members say, and from where on they count as nearly full.
        public Options freeBytes(LongSupplier free, long reserve) {
            disks = () -> new TestDisk(free);
            diskReserveBytes = reserve;
            return this;
        }
    }

    /// A disk that has as much space as the test says.
    private record TestDisk(LongSupplier free) implements Seams.Disk {

        @Override
        public void syncDirectory(Path directory) throws IOException {
            Seams.NONE.disk().syncDirectory(directory);
        }

        @Override
        public long freeBytes(Path directory) {
            return free.getAsLong();
        }
    }

    /// What stands on a member's log, and what the log stands on.
    public interface Crew {

        StateMachine machine();

        LogListener listener();

        Peers peers();

        /// The log runs.
        void serve(RatisLog log);

        /// The log has been closed.
        void leave();
    }

    /// Makes what belongs to a member, for one life of its log.
    public interface Crews {

        Crew board(Node node, Identity identity) throws IOException, CannotStartException;
    }

    /// Makes or opens a member's state in a directory.
    public interface Machines {

        StateMachine open(Path directory) throws IOException;
    }

    private final Path root;
    private final Options options;
    private final Firewall firewall = new Firewall();
    private final List<Node> nodes = new ArrayList<>();

    /// `count` founding members, not started.
    public LocalGroup(Path root, int count, UnaryOperator<Options> change) throws IOException {
        this.root = root;
        this.options = change.apply(new Options());
        options.properties.putIfAbsent("raft.server.rpc.first-election.timeout.min", "100ms");
        options.properties.putIfAbsent("raft.server.rpc.first-election.timeout.max", "300ms");
        for (int i = 0; i < count; i++) {
            nodes.add(newNode());
        }
        for (var node : nodes) {
            new Bootstrap(node.id(), GROUP, members()).write(node.directory);
        }
    }

    public static LocalGroup started(Path root, int count) throws Exception {
        return started(root, count, options -> options);
    }

    public static LocalGroup started(Path root, int count, UnaryOperator<Options> change)
            throws Exception {
        var group = new LocalGroup(root, count, change);
        for (var node : group.nodes) {
            node.start();
        }
        return group;
    }

    private Node newNode() throws IOException {
        int number = nodes.size() + 1;
        var id = new MemberId("n" + number, 0x100 + number);
        int port = freePort();
        return new Node(
                new Member(
                        id,
                        "127.0.0.1:" + (port + 10_000),
                        "127.0.0.1:" + (port + 20_000),
                        "127.0.0.1:" + port,
                        "127.0.0.1:" + (port + 30_000)),
                root.resolve(id.name()),
                port);
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /// A further member with an empty directory, not started: it waits to be added.
    public Node joiner() throws IOException {
        var node = newNode();
        nodes.add(node);
        new Bootstrap(node.id(), GROUP, List.of()).write(node.directory);
        return node;
    }

    public Firewall firewall() {
        return firewall;
    }

    public Node node(int at) {
        return nodes.get(at);
    }

    public List<Node> nodes() {
        return List.copyOf(nodes);
    }

    public List<Member> members() {
        return nodes.stream().map(Node::member).toList();
    }

    public List<MemberId> ids() {
        return nodes.stream().map(Node::id).toList();
    }

    /// The leader that can work now; waits for one.
    public Node awaitLeader() throws Exception {
        return awaitLeaderOtherThan(null);
    }

    public Node awaitLeaderOtherThan(@Nullable Node former) throws Exception {
        var found = new ArrayList<Node>();
        Await.until(
                "a leader",
                () -> {
                    nodes.stream()
                            .filter(node -> node != former && node.isUp())
                            .filter(node -> node.log().standing().isReady())
                            .forEach(found::add);
                    return !found.isEmpty();
                });
        return found.getFirst();
    }

    public List<Node> followersOf(Node leader) {
        return nodes.stream().filter(node -> node != leader && node.isUp()).toList();
    }

    /// Cuts `node` off from all others, in both directions.
    public void isolate(Node node) {
        firewall.isolate(node.id(), ids());
    }

    @Override
    public void close() {
        firewall.heal();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            nodes.forEach(node -> threads.execute(node::stop));
        }
    }

    private Optional<LocalPeers.Node> find(MemberId id) {
        return nodes.stream()
                .filter(node -> node.id().equals(id) && node.isUp())
                .map(LocalPeers.Node.class::cast)
                .findFirst();
    }

    /// One member and its directory; its log runs between [#start] and [#stop].
    public final class Node implements LocalPeers.Node {

        private volatile Member member;
        private final Path directory;
        private int port;
        private volatile @Nullable RatisLog log;
        private @Nullable StateMachine machine;
        private @Nullable Crew crew;
        private volatile Heard heard = new Heard();
        private final AtomicInteger installRequests = new AtomicInteger();
        private volatile Consumer<Path> beforeFetchEnds = path -> {};

        Node(Member member, Path directory, int port) {
            this.member = member;
            this.directory = directory;
            this.port = port;
        }

        public void start() throws IOException, CannotStartException {
            var identity = Identity.claim(directory);
            var factory = options.crews;
            var boarded = factory == null ? new Counting(this) : factory.board(this, identity);
            crew = boarded;
            var running =
                    RatisLog.start(
                            new RatisServer.Plan(settings(), identity, boarded.machine(), seams()),
                            boarded.listener(),
                            boarded.peers());
            log = running;
            boarded.serve(running);
        }

        /// The next start listens on another port; nobody else knows.
        public void move() throws IOException {
            port = freePort();
            member =
                    new Member(
                            id(),
                            member.sqlAddress(),
                            member.grpcAddress(),
                            "127.0.0.1:" + port,
                            member.httpAddress());
        }

        LogSettings settings() {
            return new LogSettings(
                    directory,
                    "127.0.0.1",
                    port,
                    options.electionTimeout,
                    options.diskStallTimeout,
                    options.segmentBytesMax,
                    options.keptEntries,
                    options.checkpointBytes,
                    options.diskReserveBytes);
        }

        Seams seams() {
            return new Seams(
                    options.properties,
                    parameters ->
                            GrpcConfigKeys.Server.setServicesCustomizer(
                                    parameters,
                                    (builder, types) ->
                                            builder.intercept(
                                                    new WireCutter(
                                                            id(), firewall, installRequests))),
                    options.disks.get(),
                    options.isAppenderFixed);
        }

        public void stop() {
            var running = log;
            log = null;
            if (running != null) {
                running.close();
            }
            var boarded = crew;
            crew = null;
            if (boarded != null) {
                boarded.leave();
            }
        }

        public boolean isUp() {
            return log != null;
        }

        public Member member() {
            return member;
        }

        public MemberId id() {
            return member.id();
        }

        public Path directory() {
            return directory;
        }

        @Override
        public RatisLog log() {
            return Objects.requireNonNull(log, "not started");
        }

        public CountingMachine machine() {
            return (CountingMachine) Objects.requireNonNull(machine, "not started");
        }

        public long firstIndex() {
            return LogFixtures.startIndex(this);
        }

        /// How often a leader asked this member to install a checkpoint.
        public int installRequests() {
            return installRequests.get();
        }

        public Heard heard() {
            return heard;
        }

        /// Runs while this member's checkpoint is being fetched by another, before the end.
        public void beforeFetchEnds(Consumer<Path> run) {
            beforeFetchEnds = run;
        }

        @Override
        public void checkpoint(Path into) throws IOException {
            machine().checkpoint(into);
            beforeFetchEnds.accept(into);
        }

        /// Proposes; the future hears [Lost], or stays silent when it is applied.
        public CompletableFuture<Lost> propose(String command) {
            var lost = new CompletableFuture<Lost>();
            log().propose(command.getBytes(StandardCharsets.UTF_8), lost::complete);
            return lost;
        }

        /// Proposes until this member has applied it.
        public void commit(String command) throws Exception {
            var lost = propose(command);
            Await.until(command + " applied", () -> machine().has(command) || lost.isDone());
            if (lost.isDone()) {
                throw new AssertionError(command + " was lost: " + lost.get());
            }
        }

        public ReadIndex readIndex() throws Exception {
            var done = new CompletableFuture<ReadIndex>();
            log().readIndex(done::complete);
            return done.get(20, TimeUnit.SECONDS);
        }
    }

    /// The usual crew: counts commands, remembers what it heard, asks within the JVM.
    private final class Counting implements Crew {

        private final StateMachine machine;
        private final LocalPeers peers;
        private final Heard heard = new Heard();

        Counting(Node node) throws IOException {
            machine = options.machines.open(node.directory.resolve("state"));
            peers = new LocalPeers(node.id(), firewall, LocalGroup.this::find);
            node.machine = machine;
            node.heard = heard;
        }

        @Override
        public StateMachine machine() {
            return machine;
        }

        @Override
        public LogListener listener() {
            return heard;
        }

        @Override
        public Peers peers() {
            return peers;
        }

        @Override
        public void serve(RatisLog log) {
            // The tests talk to the log themselves.
        }

        @Override
        public void leave() {
            peers.close();
        }
    }
}
