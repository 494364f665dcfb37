package dev.mainstay.jepsen.cluster.link;

import dev.mainstay.jepsen.cluster.Command;
import dev.mainstay.jepsen.nemesis.Links;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Every node in a network namespace of its own, with two interfaces: a veth on a bridge, over
/// which clients come and which is never touched, and one whose cable ends in our [FrameSwitch],
/// over which nodes find each other. The bridge isolates its ports, so nodes cannot meet there.
///
/// Needs root.
public final class NamespaceWiring implements Wiring {

    private static final Duration COMMAND = Duration.ofSeconds(10);
    private static final int HOST = 254;

    private final String run;
    private final int nodes;
    private final int network;
    private final LinkTable table;
    private final Notes notes;
    // Opened after the interfaces are where they belong.
    private final List<Tap> taps = new ArrayList<>();
    private Optional<FrameSwitch> frames = Optional.empty();

    private NamespaceWiring(String run, int nodes, Notes notes) throws IOException {
        this.run = run;
        this.nodes = nodes;
        this.network = freeNetwork();
        this.table = new LinkTable(nodes);
        this.notes = notes;
    }

    /// Told of each thing before it is made.
    public interface Notes {
        void namespace(String name) throws IOException;

        void networkInterface(String name) throws IOException;
    }

    /// Why it cannot be done here; empty if it can.
    public static Optional<String> obstacle() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return Optional.of("network namespaces need root: run as root, or with relays");
        }
        if (!Files.isWritable(Path.of("/dev/net/tun"))) {
            return Optional.of("network namespaces need /dev/net/tun: run with relays");
        }
        try {
            return Command.run(List.of("ip", "netns", "list"), COMMAND).succeeded()
                    ? Optional.empty()
                    : Optional.of("'ip netns' does not work here: run with relays");
        } catch (IOException e) {
            return Optional.of("there is no command 'ip' (iproute2): run with relays");
        }
    }

    /// @param run at most 8 letters and digits, part of every name
    public static NamespaceWiring open(String run, int nodes, Notes notes) throws IOException {
        var obstacle = obstacle();
        if (obstacle.isPresent()) {
            throw new IOException(obstacle.get());
        }
        var wiring = new NamespaceWiring(run, nodes, notes);
        try {
            wiring.build();
            return wiring;
        } catch (IOException | RuntimeException e) {
            wiring.close();
            throw e;
        }
    }

    private void build() throws IOException {
        notes.networkInterface(bridge());
        ip("link", "add", bridge(), "type", "bridge");
        ip("addr", "add", inNetwork(client(HOST)), "dev", bridge());
        ip("link", "set", bridge(), "up");
        for (var node = 0; node < nodes; node++) {
            buildNode(node);
        }
        frames = Optional.of(new FrameSwitch(table, taps));
    }

    private void buildNode(int node) throws IOException {
        var space = namespace(node);
        notes.namespace(space);
        ip("netns", "add", space);
        ip("-n", space, "link", "set", "lo", "up");
        notes.networkInterface(veth(node));
        ip("link", "add", veth(node), "type", "veth", "peer", "name", "eth0", "netns", space);
        ip("link", "set", veth(node), "master", bridge(), "up");
        run(List.of("bridge", "link", "set", "dev", veth(node), "isolated", "on"));
        ip("-n", space, "addr", "add", inNetwork(clientHost(node)), "dev", "eth0");
        ip("-n", space, "link", "set", "eth0", "up");
        notes.networkInterface(tap(node));
        taps.add(Tap.open(tap(node)));
        ip("link", "set", tap(node), "netns", space);
        ip("-n", space, "link", "set", tap(node), "name", "eth1");
        ip("-n", space, "link", "set", "eth1", "address", FrameSwitch.hardwareAddress(node));
        ip("-n", space, "addr", "add", inNetwork(nodeHost(node)), "dev", "eth1");
        ip("-n", space, "link", "set", "eth1", "up");
    }

    private static String inNetwork(String host) {
        return host + "/24";
    }

    /// A third byte that no address of this machine has in our two networks.
    private static int freeNetwork() throws IOException {
        var taken = Command.run(List.of("ip", "-4", "-o", "addr"), COMMAND).out();
        for (var candidate = 0; candidate < 256; candidate++) {
            if (!taken.contains("10.77.%d.%d/".formatted(candidate, HOST))) {
                return candidate;
            }
        }
        throw new IOException("all networks are taken: 10.77.0.0 to 10.77.255.0");
    }

    private static void ip(String... words) throws IOException {
        var line = new ArrayList<>(List.of("ip"));
        line.addAll(List.of(words));
        run(line);
    }

    private static void run(List<String> line) throws IOException {
        var ran = Command.run(line, COMMAND);
        if (!ran.succeeded()) {
            throw new IOException(String.join(" ", line) + ": " + ran.err().strip());
        }
    }

    private String client(int host) {
        return "10.77.%d.%d".formatted(network, host);
    }

    private String bridge() {
        return "jb" + run;
    }

    private String veth(int node) {
        return "jv" + run + "n" + node;
    }

    private String tap(int node) {
        return "jt" + run + "n" + node;
    }

    private String namespace(int node) {
        return "jepsen-" + run + "-n" + node;
    }

    private String nodeHost(int node) {
        return "10.78.%d.%d".formatted(network, node + 1);
    }

    @Override
    public String name() {
        return "namespaces";
    }

    @Override
    public Links links() {
        return table;
    }

    @Override
    public String listenHost() {
        return "0.0.0.0";
    }

    @Override
    public String clientHost(int node) {
        return client(node + 1);
    }

    @Override
    public String address(int from, int to) {
        return nodeHost(to);
    }

    @Override
    public List<String> prefix(int node) {
        return List.of("ip", "netns", "exec", namespace(node));
    }

    /// Namespaces and interfaces stay for whoever was told of them to remove, after the processes
    /// in them.
    @Override
    public void close() {
        frames.ifPresentOrElse(FrameSwitch::close, () -> taps.forEach(Tap::close));
        frames = Optional.empty();
        taps.clear();
    }
}
