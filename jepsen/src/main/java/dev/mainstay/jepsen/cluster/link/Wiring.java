package dev.mainstay.jepsen.cluster.link;

import dev.mainstay.jepsen.nemesis.Links;
import java.io.IOException;
import java.util.List;

/// How the nodes of one machine are connected: with each other by links that can be hindered, and
/// with clients by ways that never are.
public interface Wiring extends AutoCloseable {

    /// One word for the report.
    String name();

    Links links();

    /// Address that a node binds its ports to.
    String listenHost();

    /// Address under which clients reach the node.
    String clientHost(int node);

    /// Address under which node `from` finds node `to`; also its own.
    String address(int from, int to);

    /// What goes before the command that runs the node.
    List<String> prefix(int node);

    @Override
    void close() throws IOException;
}
