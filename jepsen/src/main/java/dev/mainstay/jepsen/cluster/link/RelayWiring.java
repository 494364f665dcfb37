package dev.mainstay.jepsen.cluster.link;

import dev.mainstay.jepsen.nemesis.Links;
import java.io.IOException;
import java.util.List;
import java.util.function.IntFunction;

/// All nodes on 127.0.0.1; for each, the others are where its relays are.
public final class RelayWiring implements Wiring {

    private static final String LOOPBACK = "127.0.0.1";

    private final LinkTable table;
    private final Relays relays;

    private RelayWiring(LinkTable table, Relays relays) {
        this.table = table;
        this.relays = relays;
    }

    /// @param ports on which a node listens for other nodes
    public static RelayWiring open(int nodes, IntFunction<List<Integer>> ports) throws IOException {
        var table = new LinkTable(nodes);
        return new RelayWiring(table, Relays.open(table, ports));
    }

    @Override
    public String name() {
        return "relays";
    }

    @Override
    public Links links() {
        return table;
    }

    @Override
    public String listenHost() {
        return LOOPBACK;
    }

    @Override
    public String clientHost(int node) {
        return LOOPBACK;
    }

    @Override
    public String address(int from, int to) {
        return from == to ? LOOPBACK : Relays.address(from, to).getHostAddress();
    }

    @Override
    public List<String> prefix(int node) {
        return List.of();
    }

    @Override
    public void close() throws IOException {
        relays.close();
    }
}
