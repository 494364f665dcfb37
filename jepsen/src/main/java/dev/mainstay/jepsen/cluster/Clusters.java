package dev.mainstay.jepsen.cluster;

import java.io.IOException;

/// Starts a cluster by the name of its product.
public final class Clusters {

    private static final String PRODUCT = "blackbox.product";

    private Clusters() {}

    /// @param settings `key=value`; for Mainstay only
    public static KvCluster start(String product, int nodes, String... settings)
            throws IOException {
        return switch (product) {
            case "etcd" -> EtcdCluster.start(nodes);
            case "mainstay" -> MainstayCluster.start(nodes, settings);
            default -> throw new IllegalArgumentException("no such product: " + product);
        };
    }

    /// Three nodes of what the property `blackbox.product` names: Mainstay, unless a test is itself
    /// to be tested on etcd.
    public static KvCluster start() throws IOException {
        return start(System.getProperty(PRODUCT, "mainstay"), 3);
    }
}
