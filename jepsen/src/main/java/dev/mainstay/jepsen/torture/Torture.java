package dev.mainstay.jepsen.torture;

import dev.mainstay.client.KeyRange;
import dev.mainstay.client.MainstayException;
import dev.mainstay.jepsen.cluster.Command;
import dev.mainstay.jepsen.cluster.arena.Capabilities;
import dev.mainstay.jepsen.cluster.arena.LocalArena;
import dev.mainstay.jepsen.disk.Emulation;
import dev.mainstay.jepsen.history.HistoryFile;
import dev.mainstay.jepsen.mutant.Mutant;
import dev.mainstay.jepsen.nemesis.Arena;
import dev.mainstay.jepsen.nemesis.Nemeses;
import dev.mainstay.jepsen.nemesis.Nemesis;
import dev.mainstay.jepsen.report.Judgement;
import dev.mainstay.jepsen.workload.Workload;
import dev.mainstay.jepsen.workload.Workloads;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// One whole run as the command makes it: a cluster, the [Runner] on it, the folder, the verdicts.
/// On its caller's thread; [#stop] may be called by any.
final class Torture {

    private static final Duration LOOK_UP = Duration.ofSeconds(10);
    private static final Duration BUILD = Duration.ofMinutes(10);
    private static final String PREFIX = "torture/";

    private final Wish wish;
    private final PrintStream out;
    private final AtomicReference<Runner> running = new AtomicReference<>();

    Torture(Wish wish, PrintStream out) {
        this.wish = wish;
        this.out = out;
    }

    void stop() {
        var runner = running.get();
        if (runner == null) {
            // Nothing to judge yet: the hooks clean up.
            Thread.ofPlatform().start(() -> System.exit(130));
        } else {
            runner.stop();
        }
    }

    Hearing.Result run() throws IOException, InterruptedException, Refused {
        Files.createDirectories(wish.folder());
        out.println("seed " + wish.seed() + ", folder " + wish.folder());
        out.println("again: " + wish.command());
        var begin = Instant.now();
        var workloads = wish.workloads().stream().map(Workloads::named).toList();
        var ran = wish.isOwnCluster() ? onThrowAway(workloads) : onTheirs(workloads);
        if (ran.isCutShort()) {
            out.println("cut short; what there is will be judged");
        }
        var about =
                new RunFolder.About(
                        String.valueOf(wish.folder().getFileName()),
                        facts(begin),
                        capabilities(ran));
        RunFolder.write(wish.folder(), about);
        var _ = HistoryFile.split(wish.folder());
        var result =
                new Hearing(wish.folder(), about, out)
                        .hear(ran.findings().judgements(), workloads, Optional.of(wish.folder()));
        wish.mutant().ifPresent(bug -> out.println(sentence(bug, result.judgements())));
        return result;
    }

    /// A line of its own, for those who look for its beginning.
    static String sentence(Mutant mutant, Collection<Judgement> judgements) {
        return Suspicion.confirmed(judgements, mutant.anomalies())
                        .map(anomaly -> "convicted of " + anomaly)
                        .orElse("not convicted of any of " + mutant.anomalies())
                + ": mutant "
                + mutant.name();
    }

    private Runner.Ran onThrowAway(List<Workload> workloads)
            throws IOException, InterruptedException, Refused {
        var plan = LocalArena.builder().nodes(wish.nodes()).wires(wish.wires());
        wish.settings().forEach(plan::setting);
        if (ImaginedArena.withoutEmulation().isEmpty()) {
            Emulation.under(plan, Emulation.Names.ORDERED);
        }
        if (wish.mutant().isPresent()) {
            var classes = wish.folder().resolve("mutant");
            build();
            PlantedBugs.compile(wish.mutant().get(), classes);
            plan.classPathPrefix(classes);
        }
        out.println("starting %d nodes".formatted(wish.nodes()));
        try (var arena = plan.start()) {
            return run(arena, task(workloads, Nemeses.standard().named(wish.nemeses()), PREFIX));
        }
    }

    private Runner.Ran onTheirs(List<Workload> workloads)
            throws IOException, InterruptedException, Refused {
        var timing = Task.Timing.of(wish.time());
        // Theirs may hold keys of any name, also of an earlier run.
        var prefix = PREFIX + wish.folder().getFileName() + "/";
        try (var clients = Clients.connect(wish.endpoints(), timing.call());
                var arena = new RunningCluster(wish.endpoints(), clients.database())) {
            var silent = arena.awaitServing(Duration.ofSeconds(5));
            if (!silent.isEmpty()) {
                throw Refused.here(
                        "does not serve: "
                                + String.join(", ", silent.stream().map(arena::endpoint).toList()));
            }
            try {
                return run(
                        arena, task(workloads, Nemeses.standard().named(wish.nemeses()), prefix));
            } finally {
                removeKeys(clients, prefix);
            }
        }
    }

    private void removeKeys(Clients clients, String prefix) throws InterruptedException {
        try {
            var _ = clients.database().delete(KeyRange.prefix(prefix));
        } catch (MainstayException e) {
            out.println("could not remove the keys under " + prefix + ": " + e.getMessage());
        }
    }

    private Task task(List<Workload> workloads, List<Nemesis> nemeses, String prefix) {
        return new Task(
                workloads,
                nemeses,
                Task.Timing.of(wish.time()),
                prefix,
                wish.seed(),
                wish.isOwnCluster() ? EqualMembers::check : EqualMembers::checkBusy);
    }

    private Runner.Ran run(Arena arena, Task task) throws IOException, InterruptedException {
        var runner = new Runner(arena, task, wish.folder());
        running.set(runner);
        var wanted = wish.mutant().map(Mutant::anomalies).orElse(List.of());
        try (var _ = Progress.of(runner, out);
                var _ = Suspicion.of(wish.folder(), task.workloads(), wanted, runner::stop)) {
            return runner.run();
        }
    }

    private Map<String, String> facts(Instant begin) {
        var facts = new LinkedHashMap<String, String>();
        facts.put("seed", Long.toString(wish.seed()));
        facts.put("startWallUtc", begin.toString());
        facts.put("seconds", Long.toString(wish.time().toSeconds()));
        facts.put("product", version());
        facts.put("source", ask("git", "-C", home().toString(), "describe", "--always", "--dirty"));
        facts.put("jdk", Runtime.version().toString());
        facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        facts.put("nodes", Integer.toString(nodes()));
        facts.put("topology", wish.isOwnCluster() ? wish.modeName() : wish.endpoints().toString());
        facts.put("workloads", String.join(",", wish.workloads()));
        facts.put("nemeses", String.join(",", wish.nemeses()));
        wish.mutant().ifPresent(mutant -> facts.put("mutant", mutant.name()));
        facts.put("settings", wish.settings().toString());
        facts.put("replay", wish.command());
        return facts;
    }

    private int nodes() {
        return wish.isOwnCluster() ? wish.nodes() : wish.endpoints().size();
    }

    /// The product's jars must be those of the present sources.
    private static void build() throws IOException, Refused {
        var ran = Command.run(List.of(program(), "--version"), BUILD);
        if (!ran.succeeded()) {
            throw Refused.here("bin/mainstay --version: " + ran.out() + ran.err());
        }
    }

    private static String program() {
        return home().resolve("bin/mainstay").toString();
    }

    private static String version() {
        return ask(program(), "--version");
    }

    private static Path home() {
        return Path.of(System.getProperty("mainstay.home", "")).toAbsolutePath();
    }

    /// What a program says; empty if it is not there or fails: nothing depends on it.
    private static String ask(String... line) {
        try {
            var ran = Command.run(List.of(line), LOOK_UP);
            return ran.succeeded() ? ran.out().strip().replace('\n', ' ') : "";
        } catch (IOException e) {
            return "";
        }
    }

    /// What this machine allows, and what of the wished could be done.
    private Map<String, String> capabilities(Runner.Ran ran) {
        var capabilities = new LinkedHashMap<String, String>();
        if (wish.isOwnCluster()) {
            for (var row : Capabilities.probe().rows()) {
                capabilities.put(row.name(), row.obstacle().orElse(""));
            }
            capabilities.put(
                    "disks and clocks (preloaded)", ImaginedArena.withoutEmulation().orElse(""));
        }
        for (var nemesis : Nemeses.standard().named(wish.nemeses())) {
            var name = Nemeses.name(nemesis);
            capabilities.put(name, ran.left().getOrDefault(name, ""));
        }
        return capabilities;
    }
}
