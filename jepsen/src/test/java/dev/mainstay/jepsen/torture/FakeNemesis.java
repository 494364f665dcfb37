package dev.mainstay.jepsen.torture;

import dev.mainstay.jepsen.nemesis.Arena;
import dev.mainstay.jepsen.nemesis.Fault;
import dev.mainstay.jepsen.nemesis.Nemesis;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.random.RandomGenerator;

/// A fault that does nothing but leave a word.
///
/// @param diary gets `begin` and `heal`
record FakeNemesis(String family, boolean isProven, Queue<String> diary) implements Nemesis {

    @Override
    public String kind() {
        return "fake";
    }

    @Override
    public String about() {
        return "nothing";
    }

    @Override
    public int takes(int nodes) {
        return 1;
    }

    @Override
    public String worksOn() {
        return family;
    }

    @Override
    public Optional<String> obstacle(Arena arena) {
        return Optional.empty();
    }

    @Override
    public Fault begin(Arena arena, RandomGenerator random) {
        diary.add("fault");
        return new Fault() {
            @Override
            public List<Integer> targets() {
                return List.of(1);
            }

            @Override
            public String description() {
                return "nothing to n1";
            }

            @Override
            public Evidence heal() {
                diary.add("heal");
                return new Evidence(isProven, isProven ? "seen" : "nothing seen");
            }
        };
    }
}
