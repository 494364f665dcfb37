package dev.mainstay.jepsen.workload;

import dev.mainstay.client.Database;
import dev.mainstay.jepsen.history.Recorder;
import java.time.Duration;
import java.util.List;

/// Where a workload works: a cluster as its clients see it.
///
/// @param endpoints `host:port` of every node's gRPC address; node k is called `nk` in histories
/// @param database goes to any node, finds the leader, tries again
/// @param pinned per endpoint, a database that asks only that node and never tries another
/// @param recorder takes down everything
/// @param seed of all choices
/// @param prefix of every key that the workload uses, so that all can run on one cluster
/// @param callTimeout from the start of a call to its end
public record Site(
        List<String> endpoints,
        Database database,
        List<Database> pinned,
        Recorder recorder,
        long seed,
        String prefix,
        Duration callTimeout) {

    public Site {
        endpoints = List.copyOf(endpoints);
        pinned = List.copyOf(pinned);
    }

    public int nodes() {
        return endpoints.size();
    }

    public static String nodeName(int node) {
        return "n" + node;
    }
}
