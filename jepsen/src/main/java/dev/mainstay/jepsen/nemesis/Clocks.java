package dev.mainstay.jepsen.nemesis;

import java.io.IOException;
import java.time.Duration;

/// The nodes' wall clocks. Monotonic clocks are left alone.
public interface Clocks {

    /// Sets the node's wall clock off by this much, forward or back; zero heals.
    void shift(int node, Duration offset) throws IOException;

    /// From now on the node's wall clock gains this much, in millionths, or loses it; zero heals,
    /// also what was gained.
    void drift(int node, int partsPerMillion) throws IOException;

    /// The node's wall clock as its process sees it, less the suite's: the evidence.
    Duration offset(int node) throws IOException;
}
