package dev.mainstay.jepsen.nemesis;

import dev.mainstay.jepsen.cluster.NodeProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A throw-away cluster with its switches, for the one thread that makes faults.
///
/// Nodes are numbered from 0. Closing undoes every fault, ends every process that was started, and
/// removes what was made; so does the end of the JVM, and the next start finds what a crash left.
public interface Arena extends AutoCloseable {

    /// Number of places; a node may be down, or replaced by a new member at the same place.
    int size();

    /// Client address of the node, `host:port`. Client connections are never cut, delayed or lost.
    String endpoint(int node);

    /// The node that says of itself that it leads, in the highest term, if exactly one does.
    Optional<Integer> leader();

    boolean isRunning(int node);

    /// Whether the nodes are processes that were started here, to be started, stopped and
    /// signalled.
    default boolean hasProcesses() {
        return true;
    }

    NodeProcess process(int node);

    /// `kill -9`.
    void kill(int node) throws IOException;

    /// Starts a node that is down, on its own directory. Returns when its process runs.
    void start(int node) throws IOException;

    /// SIGTERM, and waits for the end of the process.
    void stop(int node) throws IOException;

    /// Waits until every running node answers a strict read; tells who did not, empty if all did.
    List<Integer> awaitServing(java.time.Duration atMost) throws InterruptedException;

    /// Removes the member at this place and its directory, and starts a new, empty one there.
    void replace(int node) throws IOException;

    /// Asks for `node` to become leader; whether it was granted.
    boolean transfer(int node) throws IOException;

    /// What a node writes to its journal, for the run's folder and for evidence.
    Path journal(int node);

    /// The node's data.
    Path directory(int node);

    /// Cutting and delaying what nodes say to each other; empty where it cannot be done.
    Optional<Links> links();

    /// Slow, full and forgetful disks; empty where it cannot be done.
    Optional<Disks> disks();

    /// Wall clocks; empty where it cannot be done.
    Optional<Clocks> clocks();

    @Override
    void close() throws IOException;
}
