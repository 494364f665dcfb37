package dev.mainstay.jepsen.cluster.arena;

import dev.mainstay.jepsen.cluster.Ports;
import java.io.IOException;
import java.util.List;

/// Which ports a node uses: from its base, SQL, then gRPC, Raft and HTTP.
record NodePorts(int base) {

    private static final int PER_NODE = 4;

    static NodePorts free(int nodes) throws IOException {
        return new NodePorts(Ports.freeBlock(nodes * PER_NODE));
    }

    int sql(int node) {
        return base + PER_NODE * node;
    }

    int grpc(int node) {
        return sql(node) + 1;
    }

    int raft(int node) {
        return sql(node) + 2;
    }

    /// Those on which other nodes call.
    List<Integer> betweenNodes(int node) {
        return List.of(grpc(node), raft(node));
    }
}
