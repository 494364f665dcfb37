package dev.mainstay.jepsen.torture;

import dev.mainstay.jepsen.cluster.arena.ArenaBuilder.Wires;
import dev.mainstay.jepsen.mutant.Mutant;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What the command line asked for, checked and completed.
///
/// @param nemeses names; families or single ones
/// @param endpoints of somebody's own cluster; none for a throw-away one
/// @param settings of the nodes
/// @param folder of the run
record Wish(
        List<String> workloads,
        List<String> nemeses,
        Duration time,
        long seed,
        int nodes,
        List<String> endpoints,
        Wires wires,
        Optional<Mutant> mutant,
        Map<String, String> settings,
        Path folder) {

    Wish {
        workloads = List.copyOf(workloads);
        nemeses = List.copyOf(nemeses);
        endpoints = List.copyOf(endpoints);
        settings = Map.copyOf(settings);
    }

    boolean isOwnCluster() {
        return endpoints.isEmpty();
    }

    /// The command that does it again.
    String command() {
        var words = new ArrayList<String>();
        words.add("bin/mainstay torture --seed " + seed);
        words.add("--time " + time.toSeconds());
        words.add("--workload " + String.join(",", workloads));
        words.add("--nemesis " + (nemeses.isEmpty() ? "none" : String.join(",", nemeses)));
        if (isOwnCluster()) {
            words.add("--nodes " + nodes);
            words.add("--mode " + modeName());
        } else {
            words.add("--endpoints " + String.join(",", endpoints));
        }
        mutant.ifPresent(planted -> words.add("--mutant " + planted.name()));
        new TreeMap<>(settings).forEach((key, value) -> words.add("--set " + key + "=" + value));
        return String.join(" ", words);
    }

    String modeName() {
        return switch (wires) {
            case RELAYS -> "relay";
            case NAMESPACES -> "namespace";
        };
    }
}
