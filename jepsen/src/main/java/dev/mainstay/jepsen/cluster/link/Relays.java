package dev.mainstay.jepsen.cluster.link;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;

/// A TCP relay for every directed link between nodes that listen on 127.0.0.1, each under an
/// address of its own and the ports of the node that it leads to. Needs no privileges.
///
/// A connection that node a opens to node b goes through the relay a to b; what a says on it is the
/// link a to b, and what b answers is the link b to a.
public final class Relays implements AutoCloseable {

    private final LinkTable table;
    private final List<ServerSocketChannel> doors = new ArrayList<>();
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

    private Relays(LinkTable table) {
        this.table = table;
    }

    /// @param ports on which a node listens for other nodes
    public static Relays open(LinkTable table, IntFunction<List<Integer>> ports)
            throws IOException {
        var relays = new Relays(table);
        try {
            for (var from = 0; from < table.nodes(); from++) {
                for (var to = 0; to < table.nodes(); to++) {
                    for (var port : from == to ? List.<Integer>of() : ports.apply(to)) {
                        relays.openDoor(from, to, port);
                    }
                }
            }
            return relays;
        } catch (IOException e) {
            relays.close();
            throw e;
        }
    }

    /// Where node `from` finds node `to`.
    public static InetAddress address(int from, int to) {
        try {
            return InetAddress.getByAddress(
                    new byte[] {127, (byte) (100 + from), 0, (byte) (1 + to)});
        } catch (java.net.UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    /// Connections that are open, or wait to be opened.
    public int connections() {
        return connections.size();
    }

    @Override
    public void close() throws IOException {
        for (var door : doors) {
            door.close();
        }
        connections.forEach(Connection::close);
    }

    private void openDoor(int from, int to, int port) throws IOException {
        var door = ServerSocketChannel.open();
        doors.add(door);
        door.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        door.bind(new InetSocketAddress(address(from, to), port));
        var target =
                new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
        Thread.ofVirtual()
                .name("relay-%d-%d-%d".formatted(from, to, port))
                .start(() -> {
                    try {
                        while (true) {
                            admit(door.accept(), target, from, to);
                        }
                    } catch (ClosedChannelException e) {
                        // The relays were closed.
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    private void admit(SocketChannel caller, InetSocketAddress target, int from, int to) {
        var connection =
                new Connection(
                        caller,
                        target,
                        table.link(from, to),
                        table.link(to, from),
                        connections::remove);
        connections.add(connection);
        connection.open();
    }
}
