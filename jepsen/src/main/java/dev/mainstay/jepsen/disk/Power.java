package dev.mainstay.jepsen.disk;

import java.io.IOException;
import java.util.Map;

/// The ways to lose a node's power.
interface Power {

    /// For the environment of the node's next process.
    Map<String, String> beforeStart(int node) throws IOException;

    /// Loses it.
    ///
    /// @param kill ends the node's process
    /// @return how many files are not what the node had written
    int lose(int node, Runnable kill) throws IOException;
}
