package dev.mainstay.jepsen.torture;

import dev.mainstay.jepsen.cluster.arena.ArenaBuilder.Wires;
import dev.mainstay.jepsen.cluster.link.NamespaceWiring;
import dev.mainstay.jepsen.history.HistoryFile;
import dev.mainstay.jepsen.mutant.Mutant;
import dev.mainstay.jepsen.nemesis.Nemeses;
import dev.mainstay.jepsen.workload.Workload;
import dev.mainstay.jepsen.workload.Workloads;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `mainstay torture`: what is asked for, checked before anything is started.
@Command(
        name = "mainstay torture",
        mixinStandardHelpOptions = true,
        description = {
            "Breaks a cluster and proves that it did not lie.",
            "",
            "Starts a throw-away cluster, lets clients work while faults are made, and judges what"
                    + " they saw. Exit code 0 only if all promises were kept."
        })
final class TortureCommand implements Callable<Integer> {

    static final int INVALID = 1;

    private static final int SECONDS_MIN = 5;
    private static final int SECONDS_MAX = 7 * 24 * 3600;
    private static final String NONE = "none";
    private static final String TRANSFER = "transfer";

    private final PrintStream out;

    @Option(
            names = "--workload",
            split = ",",
            paramLabel = "NAME",
            description = "What clients do, one or several of --list (default: all).")
    private @Nullable List<String> workloads;

    @Option(
            names = "--nemesis",
            split = ",",
            paramLabel = "NAME",
            description =
                    "Faults, families or kinds of --list, or none (default: all; with --endpoints"
                            + " none).")
    private @Nullable List<String> nemeses;

    @Option(
            names = "--time",
            paramLabel = "SECONDS",
            description = "How long clients work (default: 60).")
    private @Nullable Integer seconds;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Of all choices (default: by chance).")
    private @Nullable Long seed;

    @Option(names = "--nodes", paramLabel = "N", description = "1 to 9 (default: 3).")
    private @Nullable Integer nodes;

    @Option(names = "--mutant", paramLabel = "NAME", description = "Plants a bug, to be found.")
    private @Nullable String mutant;

    @Option(
            names = "--endpoints",
            split = ",",
            paramLabel = "HOST:PORT",
            description =
                    "The gRPC addresses of a running cluster, used instead of a throw-away one. No"
                            + " fault is made but, if asked for, transfer. Keys have a prefix of"
                            + " their own and are removed at the end.")
    private @Nullable List<String> endpoints;

    @Option(
            names = "--mode",
            paramLabel = "relay|namespace",
            defaultValue = "relay",
            description =
                    "How links between nodes are cut: by TCP relays, or in network namespaces,"
                            + " which needs root (default: relay).")
    private String mode = "relay";

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A setting of the throw-away nodes.")
    private @Nullable Map<String, String> settings;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "The run's folder (default: jepsen/target/runs/<utc>-<seed>).")
    private @Nullable Path folder;

    @Option(names = "--list", description = "Prints what there is, and ends.")
    private boolean lists;

    @Option(
            names = "--check",
            paramLabel = "DIR",
            description =
                    "Judges the history in a run's folder again, without a cluster. With --out, a"
                            + " report goes there.")
    private @Nullable Path checked;

    TortureCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, Refused {
        if (lists) {
            new Catalogue(out).print(nodes == null ? 3 : nodes);
            return 0;
        }
        if (checked != null) {
            return check(checked);
        }
        var wish = wish();
        var torture = new Torture(wish, out);
        Signals.onInterrupt(torture::stop);
        var result = torture.run();
        out.println("report: " + wish.folder().resolve("report.html"));
        out.println(result.summary(Long.toString(wish.seed())));
        return result.isValid() ? 0 : INVALID;
    }

    private int check(Path ofRun) throws IOException, InterruptedException, Refused {
        var history = ofRun.resolve(HistoryFile.NAME);
        if (!Files.exists(history)
                && !Files.exists(history.resolveSibling(HistoryFile.NAME + ".gz"))) {
            throw Refused.usage("no " + HistoryFile.NAME + " in " + ofRun);
        }
        requireEmpty(folder);
        var known = new ArrayList<Workload>();
        for (var name : Exhibits.in(ofRun).workloads()) {
            known.add(workload(name));
        }
        if (known.isEmpty()) {
            throw Refused.usage("an empty history: " + history);
        }
        var about = RunFolder.read(ofRun);
        var result =
                new Hearing(ofRun, about, out)
                        .hear(RunFolder.runJudgements(ofRun), known, Optional.ofNullable(folder));
        out.println(result.summary(about.fact("seed")));
        return result.isValid() ? 0 : INVALID;
    }

    private Wish wish() throws IOException, Refused {
        var planted = planted();
        long number = seed == null ? ThreadLocalRandom.current().nextLong(1, 1_000_000) : seed;
        return new Wish(
                wishedWorkloads(planted),
                wishedNemeses(planted),
                time(planted),
                number,
                checkedNodes(),
                checkedEndpoints(),
                wires(),
                planted,
                checkedSettings(planted),
                checkedFolder(number));
    }

    private Optional<Mutant> planted() throws IOException, Refused {
        if (mutant == null) {
            return Optional.empty();
        }
        if (endpoints != null) {
            throw Refused.usage("--mutant needs a throw-away cluster: not with --endpoints");
        }
        return Optional.of(PlantedBugs.named(mutant));
    }

    private List<String> wishedWorkloads(Optional<Mutant> planted) throws Refused {
        var names = workloads;
        if (names == null) {
            names = planted.map(Mutant::workloads).orElseGet(Workloads::names);
        }
        for (var name : names) {
            var _ = workload(name);
        }
        return names.stream().distinct().toList();
    }

    private static Workload workload(String name) throws Refused {
        try {
            return Workloads.named(name);
        } catch (IllegalArgumentException e) {
            throw Refused.usage(String.valueOf(e.getMessage()));
        }
    }

    private List<String> wishedNemeses(Optional<Mutant> planted) throws Refused {
        var names = nemeses;
        if (names == null) {
            var all = List.copyOf(Nemeses.standard().families());
            names = planted.map(Mutant::nemeses).orElse(endpoints == null ? all : List.of());
        } else if (names.equals(List.of(NONE))) {
            names = List.of();
        }
        try {
            for (var nemesis : Nemeses.standard().named(names)) {
                if (endpoints != null && !nemesis.family().equals(TRANSFER)) {
                    throw Refused.usage(
                            "--endpoints: only transfer is done to a running cluster, not "
                                    + Nemeses.name(nemesis));
                }
            }
        } catch (IllegalArgumentException e) {
            throw Refused.usage(String.valueOf(e.getMessage()));
        }
        return names.stream().distinct().toList();
    }

    private Duration time(Optional<Mutant> planted) throws Refused {
        int wished = seconds == null ? planted.map(Mutant::suggestedSeconds).orElse(60) : seconds;
        if (wished < SECONDS_MIN || wished > SECONDS_MAX) {
            throw Refused.usage(
                    "--time is %d to %d seconds, not %d"
                            .formatted(SECONDS_MIN, SECONDS_MAX, wished));
        }
        return Duration.ofSeconds(wished);
    }

    private int checkedNodes() throws Refused {
        int wished = nodes == null ? 3 : nodes;
        if (wished < 1 || wished > 9) {
            throw Refused.usage("--nodes is 1 to 9, not " + wished);
        }
        return wished;
    }

    private List<String> checkedEndpoints() throws Refused {
        if (endpoints == null) {
            return List.of();
        }
        if (settings != null || nodes != null) {
            throw Refused.usage(
                    "--set and --nodes are for a throw-away cluster: not with --endpoints");
        }
        for (var endpoint : endpoints) {
            if (!endpoint.matches(".+:[0-9]{1,5}")) {
                throw Refused.usage("not host:port: " + endpoint);
            }
        }
        return endpoints;
    }

    private Wires wires() throws Refused {
        return switch (mode) {
            case "relay" -> Wires.RELAYS;
            case "namespace" -> {
                var obstacle = NamespaceWiring.obstacle();
                if (obstacle.isPresent()) {
                    throw Refused.usage("--mode namespace: " + obstacle.get());
                }
                yield Wires.NAMESPACES;
            }
            default -> throw Refused.usage("--mode is relay or namespace, not " + mode);
        };
    }

    /// Those of the mutant first: the command line wins.
    private Map<String, String> checkedSettings(Optional<Mutant> planted) {
        var all = new LinkedHashMap<String, String>();
        planted.ifPresent(bug -> all.putAll(bug.settings()));
        if (settings != null) {
            all.putAll(settings);
        }
        return all;
    }

    private Path checkedFolder(long number) throws IOException, Refused {
        if (folder != null) {
            requireEmpty(folder);
            return folder.toAbsolutePath().normalize();
        }
        return Path.of(System.getProperty("mainstay.home", ""))
                .toAbsolutePath()
                .resolve("jepsen/target/runs")
                .resolve(RunFolder.name(Instant.now(), number));
    }

    /// Earlier runs are left alone.
    private static void requireEmpty(@Nullable Path wished) throws IOException, Refused {
        if (wished == null || !Files.exists(wished)) {
            return;
        }
        if (!Files.isDirectory(wished)) {
            throw Refused.usage("--out: not a folder: " + wished);
        }
        try (var entries = Files.list(wished)) {
            if (entries.findAny().isPresent()) {
                throw Refused.usage("--out: not empty: " + wished);
            }
        }
    }
}
