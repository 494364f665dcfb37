package dev.mainstay.jepsen.nemesis;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// Links that are hindered until healed, with what was dropped or held back as the proof.
final class LinkFault implements Fault {

    // Leaders speak every fraction of the election timeout, so silence is over soon.
    private static final Duration FIRST_TRACE = Duration.ofSeconds(5);

    private final Arena arena;
    private final Links links;
    private final List<Wire> wires;
    private final List<Integer> targets;
    private final String description;
    private final long before;
    private final long term;

    private LinkFault(
            Arena arena, Links links, List<Wire> wires, List<Integer> targets, String description)
            throws IOException {
        this.arena = arena;
        this.links = links;
        this.wires = wires;
        this.targets = List.copyOf(targets);
        this.description = description;
        this.before = Wire.hindered(links, wires);
        this.term = Scene.term(arena);
    }

    interface Hindering {
        void on(Links links, Wire wire) throws IOException;
    }

    static LinkFault begin(
            Arena arena,
            List<Wire> wires,
            List<Integer> targets,
            String description,
            Hindering hindering)
            throws IOException {
        var links = arena.links().orElseThrow();
        var fault = new LinkFault(arena, links, wires, targets, description);
        for (var wire : wires) {
            hindering.on(links, wire);
        }
        return fault;
    }

    @Override
    public List<Integer> targets() {
        return targets;
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public Evidence heal() throws IOException, InterruptedException {
        var deadline = System.nanoTime() + FIRST_TRACE.toNanos();
        try {
            while (count() == 0 && System.nanoTime() - deadline < 0) {
                Thread.sleep(20);
            }
        } finally {
            links.heal();
        }
        var count = count();
        return new Evidence(
                count > 0,
                "%d pieces hindered on %s, %s".formatted(count, wires, Scene.terms(term, arena)));
    }

    private long count() throws IOException {
        return Wire.hindered(links, wires) - before;
    }
}
