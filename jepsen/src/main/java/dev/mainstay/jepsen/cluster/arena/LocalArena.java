package dev.mainstay.jepsen.cluster.arena;

import dev.mainstay.jepsen.cluster.Await;
import dev.mainstay.jepsen.cluster.Directories;
import dev.mainstay.jepsen.cluster.NodeProcess;
import dev.mainstay.jepsen.cluster.Standing;
import dev.mainstay.jepsen.cluster.link.NamespaceWiring;
import dev.mainstay.jepsen.cluster.link.RelayWiring;
import dev.mainstay.jepsen.cluster.link.Wiring;
import dev.mainstay.jepsen.nemesis.Arena;
import dev.mainstay.jepsen.nemesis.Clocks;
import dev.mainstay.jepsen.nemesis.Disks;
import dev.mainstay.jepsen.nemesis.Links;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/// Nodes of Mainstay as processes of this machine, with their links in our hands. Any thread; what
/// changes one node waits for what else changes it.
public final class LocalArena implements Arena {

    private static final Duration START = Duration.ofSeconds(90);
    private static final Duration STOP = Duration.ofSeconds(20);
    private static final Duration CHANGE = Duration.ofSeconds(90);
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);

    private final Path home;
    private final LeftOvers leftOvers;
    private final Wiring wiring;
    private final List<Place> places;
    private final Thread onExit = new Thread(this::closeAtExit, "arena-clean-up");
    private Optional<Disks> disks = Optional.empty();
    private Optional<Clocks> clocks = Optional.empty();
    // Guarded by this.
    private boolean hasEnded;

    private LocalArena(Path home, LeftOvers leftOvers, Wiring wiring, List<Place> places) {
        this.home = home;
        this.leftOvers = leftOvers;
        this.wiring = wiring;
        this.places = List.copyOf(places);
    }

    public static ArenaBuilder builder() {
        return new ArenaBuilder();
    }

    static LocalArena start(ArenaBuilder plan) throws IOException, InterruptedException {
        var _ = LeftOvers.sweep();
        plan.launch().prepare();
        var run = newRun();
        var leftOvers = LeftOvers.of(run);
        LocalArena arena;
        try {
            arena = build(plan, run, leftOvers);
        } catch (IOException | RuntimeException e) {
            leftOvers.close();
            throw e;
        }
        Runtime.getRuntime().addShutdownHook(arena.onExit);
        try {
            arena.begin(plan);
            return arena;
        } catch (IOException | InterruptedException | RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    private static LocalArena build(ArenaBuilder plan, String run, LeftOvers leftOvers)
            throws IOException {
        var home = plan.home().isPresent() ? plan.home().get() : throwAway(leftOvers);
        var ports = NodePorts.free(plan.nodes());
        var wiring =
                switch (plan.wires()) {
                    case RELAYS -> RelayWiring.open(plan.nodes(), ports::betweenNodes);
                    case NAMESPACES -> NamespaceWiring.open(run, plan.nodes(), leftOvers.notes());
                };
        var places = new ArrayList<Place>();
        for (var node = 0; node < plan.nodes(); node++) {
            places.add(new Place(node, plan, home, ports, wiring, leftOvers));
        }
        return new LocalArena(home, leftOvers, wiring, places);
    }

    private static Path throwAway(LeftOvers leftOvers) throws IOException {
        var folder = Directories.temporary("arena");
        leftOvers.note(LeftOvers.Kind.DIRECTORY, folder.toString());
        return folder;
    }

    private static String newRun() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    }

    /// The first node forms a cluster, the others join it.
    private void begin(ArenaBuilder plan) throws IOException, InterruptedException {
        disks = plan.disks(this);
        clocks = plan.clocks(this);
        for (var place : places) {
            if (Files.exists(place.journal())) {
                throw new IOException("another run was here: " + place.journal());
            }
            place.configure();
        }
        places.getFirst().launch("--init");
        awaitServing(List.of(0), START);
        places.getFirst().isMember = true;
        var joining = new ArrayList<Integer>();
        for (var node = 1; node < size(); node++) {
            places.get(node).launch("--join", places.getFirst().peerAddress());
            joining.add(node);
        }
        awaitServing(joining, START);
        for (var node : joining) {
            places.get(node).isMember = true;
        }
    }

    private void awaitServing(List<Integer> nodes, Duration atMost)
            throws IOException, InterruptedException {
        var deadline = System.nanoTime() + atMost.toNanos();
        while (!silent(nodes).isEmpty()) {
            for (var node : nodes) {
                if (!isRunning(node)) {
                    throw new IOException(
                            "node %d ended: %s".formatted(node, lastLine(journal(node))));
                }
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("nodes %s do not serve".formatted(silent(nodes)));
            }
            Thread.sleep(LOOK_EVERY);
        }
    }

    private static String lastLine(Path journal) throws IOException {
        var lines = Files.readAllLines(journal);
        return lines.isEmpty() ? "(no word)" : lines.getLast();
    }

    /// Those of the nodes that do not answer a strict read.
    private List<Integer> silent(List<Integer> nodes) {
        var serve = Operator.serve(nodes.stream().map(this::endpoint).toList());
        var silent = new ArrayList<Integer>();
        for (var i = 0; i < nodes.size(); i++) {
            if (!serve.get(i)) {
                silent.add(nodes.get(i));
            }
        }
        return silent;
    }

    /// Where configurations, journals and data are.
    public Path home() {
        return home;
    }

    /// `relays` or `namespaces`, for the report.
    public String wires() {
        return wiring.name();
    }

    /// For what is made beside the nodes: note it there first.
    public LeftOvers leftOvers() {
        return leftOvers;
    }

    @Override
    public int size() {
        return places.size();
    }

    @Override
    public String endpoint(int node) {
        return places.get(node).clientAddress();
    }

    @Override
    public Optional<Integer> leader() {
        var standings = Operator.standings(places.stream().map(Place::clientAddress).toList());
        var highest = standings.stream().flatMap(Optional::stream).mapToLong(Standing::term).max();
        var leaders = new ArrayList<Integer>();
        for (var node = 0; node < size(); node++) {
            var standing = standings.get(node);
            if (standing.isPresent()
                    && standing.get().leads()
                    && standing.get().term() == highest.orElseThrow()) {
                leaders.add(node);
            }
        }
        return leaders.size() == 1 ? Optional.of(leaders.getFirst()) : Optional.empty();
    }

    @Override
    public boolean isRunning(int node) {
        return places.get(node).isRunning();
    }

    @Override
    public NodeProcess process(int node) {
        return places.get(node).process();
    }

    @Override
    public void kill(int node) {
        var place = places.get(node);
        place.lock.lock();
        try {
            if (place.isRunning()) {
                place.process().kill();
            }
        } finally {
            place.lock.unlock();
        }
    }

    @Override
    public void start(int node) throws IOException {
        var place = places.get(node);
        place.lock.lock();
        try {
            if (place.isRunning()) {
                return;
            }
            if (place.isMember) {
                place.launch();
            } else {
                place.launch("--join", someoneElse(node).peerAddress());
            }
        } finally {
            place.lock.unlock();
        }
    }

    @Override
    public void stop(int node) throws IOException {
        if (!stops(node)) {
            throw new IOException("node %d did not stop, it was killed".formatted(node));
        }
    }

    /// Whether the node stopped when asked; if not, it was killed.
    private boolean stops(int node) throws IOException {
        var place = places.get(node);
        place.lock.lock();
        try {
            if (!place.isRunning()) {
                return true;
            }
            var process = place.process();
            process.terminate();
            try {
                Await.until("node %d stops".formatted(node), STOP, () -> !process.isAlive());
                return true;
            } catch (Await.Overdue e) {
                process.kill();
                return false;
            }
        } finally {
            place.lock.unlock();
        }
    }

    @Override
    public List<Integer> awaitServing(Duration atMost) throws InterruptedException {
        var deadline = System.nanoTime() + atMost.toNanos();
        while (true) {
            var running = new ArrayList<Integer>();
            for (var node = 0; node < size(); node++) {
                if (isRunning(node)) {
                    running.add(node);
                }
            }
            var silent = silent(running);
            if (silent.isEmpty() || System.nanoTime() - deadline > 0) {
                return silent;
            }
            Thread.sleep(LOOK_EVERY);
        }
    }

    /// Removed first, then added: for a moment the group has one voter less.
    @Override
    public void replace(int node) throws IOException {
        var place = places.get(node);
        var deadline = System.nanoTime() + CHANGE.toNanos();
        place.lock.lock();
        try {
            var _ = stops(node);
            remove(node, deadline);
            place.isMember = false;
            place.erase();
            join(node, deadline);
        } finally {
            place.lock.unlock();
        }
    }

    private void remove(int node, long deadline) throws IOException {
        var name = places.get(node).name();
        while (true) {
            var asked = someoneElse(node).clientAddress();
            var members = Operator.members(asked);
            var old = members.stream().filter(m -> m.getName().equals(name)).findFirst();
            if (!members.isEmpty() && (old.isEmpty() || Operator.remove(asked, old.get()))) {
                return;
            }
            pause("node %d is removed".formatted(node), deadline);
        }
    }

    private void join(int node, long deadline) throws IOException {
        var place = places.get(node);
        while (!place.isMember) {
            start(node);
            var self = Standing.of(place.clientAddress()).map(Standing::member).orElse(0L);
            place.isMember =
                    self != 0
                            && Operator.members(someoneElse(node).clientAddress()).stream()
                                    .anyMatch(m -> m.getId() == self);
            pause("node %d has joined".formatted(node), deadline);
        }
    }

    /// The leader, or else any other node that runs.
    private Place someoneElse(int node) throws IOException {
        var leader = leader();
        if (leader.isPresent() && leader.get() != node) {
            return places.get(leader.get());
        }
        for (var other = 0; other < size(); other++) {
            if (other != node && isRunning(other)) {
                return places.get(other);
            }
        }
        throw new IOException("no node but %d runs".formatted(node));
    }

    private static void pause(String what, long deadline) throws IOException {
        if (System.nanoTime() - deadline > 0) {
            throw new IOException("not in time: " + what);
        }
        try {
            Thread.sleep(LOOK_EVERY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted before " + what, e);
        }
    }

    @Override
    public boolean transfer(int node) throws IOException {
        var asked = leader().map(places::get).orElseGet(() -> places.get(node));
        return Operator.transfer(asked.clientAddress(), places.get(node).name());
    }

    @Override
    public Path journal(int node) {
        return places.get(node).journal();
    }

    @Override
    public Path directory(int node) {
        return places.get(node).directory();
    }

    @Override
    public Optional<Links> links() {
        return Optional.of(wiring.links());
    }

    @Override
    public Optional<Disks> disks() {
        return disks;
    }

    @Override
    public Optional<Clocks> clocks() {
        return clocks;
    }

    @Override
    public void close() throws IOException {
        end();
        try {
            Runtime.getRuntime().removeShutdownHook(onExit);
        } catch (IllegalStateException e) {
            // The JVM is ending: the hook finds nothing left to do.
        }
    }

    /// Whoever comes second waits: the JVM must not end in the middle.
    private synchronized void end() throws IOException {
        if (hasEnded) {
            return;
        }
        hasEnded = true;
        for (var place : places) {
            if (place.isRunning()) {
                place.process().killWithoutWaiting();
            }
        }
        wiring.close();
        leftOvers.close();
    }

    private void closeAtExit() {
        try {
            end();
        } catch (IOException e) {
            // The list stays, so the next start tries again.
            System.err.println("jepsen: " + e.getMessage());
        }
    }
}
