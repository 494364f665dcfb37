package dev.mainstay.jepsen.nemesis;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// The nemeses that there are, by family and kind.
public final class Nemeses {

    private final List<Nemesis> all;

    private Nemeses(List<Nemesis> all) {
        this.all = List.copyOf(all);
    }

    /// Those on processes, links, disks and clocks.
    public static Nemeses standard() {
        return new Nemeses(
                Stream.of(
                                Kills.all(),
                                Pauses.all(),
                                Partitions.all(),
                                LinkFaults.all(),
                                Leaderships.all(),
                                Changes.all(),
                                LeftBehind.all(),
                                DiskFaults.all(),
                                PowerLosses.all(),
                                ClockFaults.all())
                        .flatMap(List::stream)
                        .toList());
    }

    public Nemeses and(List<? extends Nemesis> more) {
        var both = new ArrayList<>(all);
        both.addAll(more);
        return new Nemeses(both);
    }

    public List<Nemesis> all() {
        return all;
    }

    public Set<String> families() {
        var families = new LinkedHashSet<String>();
        all.forEach(nemesis -> families.add(nemesis.family()));
        return families;
    }

    /// `partition`, or one of its kinds such as `partition/ring`; each at most once, in the order
    /// of this list.
    ///
    /// @throws IllegalArgumentException if there is no such
    public List<Nemesis> named(List<String> names) {
        for (var name : names) {
            if (all.stream().noneMatch(nemesis -> isCalled(nemesis, name))) {
                throw new IllegalArgumentException(
                        "no nemesis '%s'; there are %s".formatted(name, families()));
            }
        }
        return all.stream()
                .filter(nemesis -> names.stream().anyMatch(name -> isCalled(nemesis, name)))
                .toList();
    }

    /// `family/kind`.
    public static String name(Nemesis nemesis) {
        return nemesis.family() + "/" + nemesis.kind();
    }

    private static boolean isCalled(Nemesis nemesis, String name) {
        return name.equals(nemesis.family()) || name.equals(name(nemesis));
    }
}
