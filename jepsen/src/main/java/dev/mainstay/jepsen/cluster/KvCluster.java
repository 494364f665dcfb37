package dev.mainstay.jepsen.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Some nodes that speak etcd's API, each a process on this machine, with a switch for each.
///
/// Nodes are numbered from 0, as in their names. One thread at a time may use it. Closing ends
/// every process and removes every file.
public interface KvCluster extends AutoCloseable {

    Duration ELECTION = Duration.ofSeconds(30);

    /// What runs here: `etcd` or `mainstay`.
    String product();

    int size();

    /// `host:port` of the node's gRPC port.
    String endpoint(int node);

    Path directory(int node);

    /// The process of a running node.
    NodeProcess process(int node);

    /// `kill -9`.
    void kill(int node) throws IOException;

    /// Starts a killed node again, on its own directory.
    void restart(int node) throws IOException;

    @Override
    void close() throws IOException;

    default void pause(int node) throws IOException {
        process(node).pause();
    }

    default void resume(int node) throws IOException {
        process(node).resume();
    }

    default List<String> endpoints() {
        var all = new ArrayList<String>();
        for (var node = 0; node < size(); node++) {
            all.add(endpoint(node));
        }
        return List.copyOf(all);
    }

    /// The node that says of itself that it leads, if exactly one in the highest term does.
    default Optional<Integer> leader() {
        var standings = new ArrayList<Optional<Standing>>();
        for (var endpoint : endpoints()) {
            standings.add(Standing.of(endpoint));
        }
        var best = Optional.<Integer>empty();
        var term = 0L;
        for (var node = 0; node < size(); node++) {
            var standing = standings.get(node);
            if (standing.isPresent() && standing.get().leads() && standing.get().term() > term) {
                best = Optional.of(node);
                term = standing.get().term();
            }
        }
        return best;
    }

    /// Waits, bounded, until a node leads.
    default int awaitLeader() {
        var found = new ArrayList<Integer>();
        Await.until(
                product() + " has a leader",
                ELECTION,
                () -> leader().map(found::add).orElse(false),
                () -> standings().toString());
        return found.getFirst();
    }

    /// A node that does not lead.
    default int follower() {
        return (awaitLeader() + 1) % size();
    }

    /// Waits, bounded, until every node answers and knows the leader.
    default void awaitAllReady(Duration atMost) {
        Await.until(
                "all nodes of " + product() + " know a leader",
                atMost,
                () -> standings().stream().allMatch(s -> s.isPresent() && s.get().leader() != 0),
                () -> standings().toString());
    }

    private List<Optional<Standing>> standings() {
        return endpoints().stream().map(Standing::of).toList();
    }
}
