package dev.mainstay.jepsen.cluster.arena;

import java.util.concurrent.CountDownLatch;

/// A suite that begins a run and never ends it by itself, for [LeftOversTest].
final class CrashedSuite {

    private CrashedSuite() {}

    /// Prints the node's process id and the run's folder, and waits to be killed.
    public static void main(String[] arguments) throws Exception {
        var arena = LocalArena.builder().nodes(1).start();
        System.out.println("node " + arena.process(0).pid() + " " + arena.home());
        new CountDownLatch(1).await();
    }
}
