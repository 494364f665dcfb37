package dev.mainstay.server.cli;

import dev.mainstay.consensus.MemberId;
import dev.mainstay.server.config.NodeConfig;
import java.nio.file.Path;

/// Starts nothing: for commands that are only described, not run.
final class NoNodes implements NodeStarter {

    @Override
    public void permit(Path dataDirectory, Bootstrap bootstrap) {
        throw new AssertionError("no node is started here");
    }

    @Override
    public MemberId start(NodeConfig config) {
        throw new AssertionError("no node is started here");
    }
}
