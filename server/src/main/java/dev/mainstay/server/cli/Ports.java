package dev.mainstay.server.cli;

import dev.mainstay.server.config.NodeConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/// Looks whether a node's ports are free, before anything is started that would fail less clearly.
final class Ports {

    private Ports() {}

    static void check(NodeConfig config) throws Failure {
        var listen = config.listen();
        check(config, "SQL", listen.sqlPort());
        check(config, "gRPC", listen.grpcPort());
        check(config, "Raft", listen.raftPort());
        check(config, "HTTP", listen.httpPort());
    }

    private static void check(NodeConfig config, String use, int port) throws Failure {
        var address = new InetSocketAddress(config.listen().host(), port);
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(address);
        } catch (IOException e) {
            throw new Failure(
                    "cannot listen on %s, the %s port of node %s: %s"
                            .formatted(
                                    Addresses.join(config.listen().host(), port),
                                    use,
                                    config.name(),
                                    e.getMessage()));
        }
    }
}
