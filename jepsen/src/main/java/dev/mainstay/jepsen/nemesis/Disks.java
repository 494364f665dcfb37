package dev.mainstay.jepsen.nemesis;

import java.io.IOException;
import java.time.Duration;

/// The nodes' disks.
public interface Disks {

    /// Every fsync of the node takes this much longer; zero heals.
    void slow(int node, Duration perSync) throws IOException;

    /// Writes that need space fail with "no space left"; false heals.
    void full(int node, boolean isFull) throws IOException;

    /// Every fsync of the node fails with an I/O error, and what it was to keep is forgotten, as
    /// the kernel does; false heals.
    void failSyncs(int node, boolean isFailing) throws IOException;

    /// Loses the power of the node: everything that was not synced is gone, and the process is
    /// killed. The node stays down.
    void losePower(int node) throws IOException;

    /// What was done to this node so far.
    Traces traces(int node) throws IOException;

    /// How many syncs were slowed or failed, writes refused, or power losses made on this node so
    /// far.
    default long hindered(int node) throws IOException {
        var traces = traces(node);
        return traces.slowed() + traces.refused() + traces.failed() + traces.powerLosses();
    }

    /// @param slowed syncs
    /// @param refused writes, and times that the node was shown a disk without free space
    /// @param failed syncs
    /// @param lostFiles files that were not, after a loss of power, what the node had written
    record Traces(long slowed, long refused, long failed, long powerLosses, long lostFiles) {}
}
