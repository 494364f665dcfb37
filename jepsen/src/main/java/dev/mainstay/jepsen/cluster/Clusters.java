package dev.mainstay.jepsen.cluster;

import java.io.IOException;
import java.nio.file.Path;

/// Starts a cluster by the name of its product.
public final class Clusters {

    private static final String PRODUCT = "blackbox.product";
    private static final String OTHER_BUILD = "mainstay@";

    private Clusters() {}

    /// @param product `etcd`, `mainstay`, or `mainstay@DIR`: another build, in its own checkout
    /// @param settings `key=value`; for Mainstay only
    public static KvCluster start(String product, int nodes, String... settings)
            throws IOException {
        if (product.startsWith(OTHER_BUILD)) {
            var home = Path.of(product.substring(OTHER_BUILD.length()));
            return MainstayCluster.start(home, nodes, settings);
        }
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
