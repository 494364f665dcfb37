package dev.mainstay.jepsen.nemesis;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.random.RandomGenerator;

/// A nemesis put together from its parts.
record Recipe(
        Title title,
        String worksOn,
        IntUnaryOperator takesOf,
        Function<Arena, Optional<String>> obstacleIn,
        Doing doing)
        implements Nemesis {

    record Title(String family, String kind, String about) {}

    interface Doing {
        Fault begin(Arena arena, RandomGenerator random) throws IOException, InterruptedException;
    }

    static final String PROCESSES = "processes";
    static final String LINKS = "links";
    static final String LEADERSHIP = "leadership";

    /// On processes, taking one node at a time, possible everywhere.
    static Recipe of(String family, String kind, String about, Doing doing) {
        return new Recipe(
                new Title(family, kind, about), PROCESSES, _ -> 1, _ -> Optional.empty(), doing);
    }

    Recipe on(String what) {
        return new Recipe(title, what, takesOf, obstacleIn, doing);
    }

    Recipe taking(IntUnaryOperator nodes) {
        return new Recipe(title, worksOn, nodes, obstacleIn, doing);
    }

    Recipe unless(Function<Arena, Optional<String>> obstacle) {
        return new Recipe(title, worksOn, takesOf, obstacle, doing);
    }

    @Override
    public String family() {
        return title.family();
    }

    @Override
    public String kind() {
        return title.kind();
    }

    @Override
    public String about() {
        return title.about();
    }

    @Override
    public int takes(int nodes) {
        return takesOf.applyAsInt(nodes);
    }

    @Override
    public Optional<String> obstacle(Arena arena) {
        return obstacleIn.apply(arena);
    }

    @Override
    public Fault begin(Arena arena, RandomGenerator random)
            throws IOException, InterruptedException {
        return doing.begin(arena, random);
    }
}
