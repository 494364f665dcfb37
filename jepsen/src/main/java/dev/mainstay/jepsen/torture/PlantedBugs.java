package dev.mainstay.jepsen.torture;

import dev.mainstay.jepsen.mutant.CannotPlantException;
import dev.mainstay.jepsen.mutant.Mutant;
import dev.mainstay.jepsen.mutant.Mutants;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// The planted bugs of a checkout. A release has neither their sources nor the classes that plant
/// them.
final class PlantedBugs {

    private PlantedBugs() {}

    static List<Mutant> all() throws IOException, Refused {
        try {
            return Mutants.ofCheckout().all();
        } catch (NoClassDefFoundError e) {
            return List.of();
        } catch (CannotPlantException e) {
            throw Refused.here(String.valueOf(e.getMessage()));
        }
    }

    static Mutant named(String name) throws IOException, Refused {
        var all = all();
        for (var mutant : all) {
            if (mutant.name().equals(name)) {
                return mutant;
            }
        }
        var names = all.stream().map(Mutant::name).toList();
        throw Refused.usage(
                names.isEmpty()
                        ? "no mutant '%s': there are none in a release".formatted(name)
                        : "no mutant '%s'; there are %s".formatted(name, String.join(", ", names)));
    }

    static void compile(Mutant mutant, Path into) throws IOException, Refused {
        try {
            Mutants.ofCheckout().compile(mutant, into);
        } catch (CannotPlantException e) {
            throw Refused.here(String.valueOf(e.getMessage()));
        }
    }
}
