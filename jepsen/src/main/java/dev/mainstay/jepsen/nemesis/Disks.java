package dev.mainstay.jepsen.nemesis;

import java.io.IOException;
import java.time.Duration;

/// The nodes' disks.
public interface Disks {

    /// Every fsync of the node takes this much longer; zero heals.
    void slow(int node, Duration perSync) throws IOException;

    /// Writes that need space fail with "no space left"; false heals.
    void full(int node, boolean isFull) throws IOException;

    /// Loses the power of the node: everything that was not synced is gone, and the process is
    /// killed. The node stays down.
    void losePower(int node) throws IOException;

    /// How many syncs were slowed, writes refused, or power losses made on this node so far.
    long hindered(int node) throws IOException;
}
