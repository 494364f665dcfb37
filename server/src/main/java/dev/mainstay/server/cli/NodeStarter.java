package dev.mainstay.server.cli;

import dev.mainstay.consensus.MemberId;
import dev.mainstay.server.config.NodeConfig;
import java.io.IOException;
import java.nio.file.Path;

/// What the command line needs from the node's code. Implemented by `Main`.
public interface NodeStarter {

    /// Writes into the empty data directory the permission to begin with nothing: without it a node
    /// refuses to start on an empty disk.
    void permit(Path dataDirectory, Bootstrap bootstrap) throws IOException;

    /// Starts the node, returns when its ports are open, and says which member it is. It then runs
    /// until the process gets SIGTERM or halts. A refusal is an exception whose message is one line
    /// for the operator; the process ends after it.
    MemberId start(NodeConfig config) throws StartRefused, IOException, InterruptedException;
}
