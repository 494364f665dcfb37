package dev.mainstay.jepsen.nemesis;

import java.io.IOException;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// One kind of fault.
public interface Nemesis {

    /// As in `--nemesis`; a family such as `partition` may hold several faults.
    String family();

    /// Of its family, such as `leader-alone`.
    String kind();

    /// One line for `--list`.
    String about();

    /// How many of so many nodes it may keep from serving at once. Of two faults under way together
    /// the sum is a minority; one that takes more has the cluster for itself.
    default int takes(int nodes) {
        return 1;
    }

    /// What it works on, one word: two faults that work on the same are never under way together.
    default String worksOn() {
        return family();
    }

    /// Why it cannot be done in this arena; empty if it can.
    Optional<String> obstacle(Arena arena);

    /// Begins the fault. It lasts until [Fault#heal].
    Fault begin(Arena arena, RandomGenerator random) throws IOException, InterruptedException;
}
