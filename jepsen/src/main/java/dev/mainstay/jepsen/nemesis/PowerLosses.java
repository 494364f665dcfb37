package dev.mainstay.jepsen.nemesis;

import java.io.IOException;
import java.util.List;

/// The power goes: processes end at once and what was not synced is gone. A start when healed.
final class PowerLosses {

    private static final String FAMILY = "power";

    private PowerLosses() {}

    static List<Nemesis> all() {
        return List.of(
                Recipe.of(
                                FAMILY,
                                "one",
                                "a node loses its power, and what it had not synced",
                                (arena, random) ->
                                        lose(
                                                arena,
                                                List.of(Scene.any(Scene.running(arena), random))))
                        .unless(DiskFaults::obstacle),
                Recipe.of(
                                FAMILY,
                                "all",
                                "all nodes lose their power at once, and what they had not synced",
                                (arena, _) -> lose(arena, Scene.all(arena)))
                        .taking(nodes -> nodes)
                        .unless(DiskFaults::obstacle));
    }

    static Fault lose(Arena arena, List<Integer> victims) throws IOException {
        var disks = arena.disks().orElseThrow();
        var term = Scene.term(arena);
        var losses = 0L;
        var files = 0L;
        // All first: while one disk is put back, no other node may go on.
        for (var node : victims) {
            if (arena.isRunning(node)) {
                arena.process(node).killWithoutWaiting();
            }
        }
        for (var node : victims) {
            // Gone with all its threads: none of them may write to what was put back.
            if (arena.isRunning(node)) {
                arena.process(node).kill();
            }
            var before = disks.traces(node);
            disks.losePower(node);
            var after = disks.traces(node);
            losses += after.powerLosses() - before.powerLosses();
            files += after.lostFiles() - before.lostFiles();
        }
        var gone = victims.stream().noneMatch(arena::isRunning);
        var isProven = gone && losses == victims.size();
        var trace = "%d disks put back to what was synced, %d files".formatted(losses, files);
        return new Ongoing(
                victims,
                "loss of power of " + Scene.names(victims),
                () -> {
                    for (var node : victims) {
                        arena.start(node);
                    }
                    return new Fault.Evidence(isProven, trace + ", " + Scene.terms(term, arena));
                });
    }
}
