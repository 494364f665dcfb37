package dev.mainstay.client;

import dev.mainstay.client.internal.Cluster;
import dev.mainstay.client.internal.NettyTransport;
import dev.mainstay.client.internal.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The door: connects to a database.
///
/// ```java
/// try (var database = Mainstay.connect("localhost:5433")) {
///     database.put("greeting", "hello");
/// }
/// ```
public final class Mainstay {

    private Mainstay() {}

    /// Connects to a database of which these nodes' gRPC addresses are known (`host:port`, one is
    /// enough). Returns at once; the first call waits for the connection, up to its deadline.
    public static Database connect(String... endpoints) {
        return builder(endpoints).connect();
    }

    public static Builder builder(String... endpoints) {
        return new Builder(endpoints);
    }

    static String checkedEndpoint(String endpoint) {
        int colon = endpoint.lastIndexOf(':');
        boolean isPort = colon > 0 && endpoint.substring(colon + 1).matches("[0-9]{1,5}");
        if (!isPort || Integer.parseInt(endpoint.substring(colon + 1)) > 65_535) {
            throw new IllegalArgumentException("not host:port: " + endpoint);
        }
        return endpoint;
    }

    static Duration positive(Duration duration) {
        if (!duration.isPositive()) {
            throw new IllegalArgumentException("not positive: " + duration);
        }
        return duration;
    }

    /// What can be set before connecting. For one thread.
    public static final class Builder {

        private final List<String> endpoints = new ArrayList<>();
        private Duration timeout = Duration.ofSeconds(5);
        private Duration attemptTimeout = Duration.ofSeconds(2);
        private boolean discovers = true;
        private @Nullable String preferred;

        private Builder(String... endpoints) {
            for (var endpoint : endpoints) {
                this.endpoints.add(checkedEndpoint(endpoint));
            }
            if (this.endpoints.isEmpty()) {
                throw new IllegalArgumentException("no endpoint");
            }
        }

        /// From the start of a call to its deadline. Default 5 s.
        public Builder timeout(Duration newTimeout) {
            timeout = positive(newTimeout);
            return this;
        }

        /// How long to wait for one node before another is tried. Default 2 s. Short ones find a
        /// way around a silent node sooner, and burden slow ones more.
        public Builder attemptTimeout(Duration newTimeout) {
            attemptTimeout = positive(newTimeout);
            return this;
        }

        /// Whether to connect to the addresses that the nodes themselves tell, as members come and
        /// go. Default true; false where those cannot be reached from here, such as through a
        /// proxy.
        public Builder discovers(boolean yes) {
            discovers = yes;
            return this;
        }

        /// The node that reads go to while it works, such as the nearest. Default: a random one.
        public Builder preferred(String endpoint) {
            preferred = checkedEndpoint(Objects.requireNonNull(endpoint));
            return this;
        }

        public Database connect() {
            return connect(new NettyTransport());
        }

        Database connect(Transport transport) {
            var settings =
                    new Cluster.Settings(
                            List.copyOf(endpoints), discovers, preferred, attemptTimeout);
            return new Database(Cluster.open(settings, transport), timeout);
        }
    }
}
