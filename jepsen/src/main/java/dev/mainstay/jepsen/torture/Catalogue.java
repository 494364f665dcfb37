package dev.mainstay.jepsen.torture;

import dev.mainstay.jepsen.nemesis.Nemeses;
import dev.mainstay.jepsen.workload.Workloads;
import java.io.IOException;
import java.io.PrintStream;

/// What `--list` prints: workloads, nemeses with what stands in their way on this machine, and
/// mutants if there are any.
final class Catalogue {

    private final PrintStream out;

    Catalogue(PrintStream out) {
        this.out = out;
    }

    void print(int nodes) throws IOException, Refused {
        out.println("workloads:");
        for (var name : Workloads.names()) {
            line(name, Workloads.named(name).about());
        }
        out.println();
        out.println("nemeses:");
        var emulation = ImaginedArena.withoutEmulation();
        for (var nemesis : Nemeses.standard().all()) {
            var obstacle = ImaginedArena.obstacle(nemesis, nodes);
            line(
                    Nemeses.name(nemesis),
                    nemesis.about() + obstacle.map(why -> " [not here: " + why + "]").orElse(""));
        }
        emulation.ifPresent(why -> out.println("  disks and clocks cannot be emulated: " + why));
        var mutants = PlantedBugs.all();
        if (!mutants.isEmpty()) {
            out.println();
            out.println("mutants:");
            for (var mutant : mutants) {
                line(mutant.name(), mutant.about());
            }
        }
    }

    private void line(String name, String about) {
        out.printf("  %-28s %s%n", name, about);
    }
}
