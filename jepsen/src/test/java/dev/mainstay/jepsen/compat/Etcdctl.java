package dev.mainstay.jepsen.compat;

import dev.mainstay.jepsen.cluster.Command;
import dev.mainstay.jepsen.cluster.KvCluster;
import dev.mainstay.jepsen.cluster.Standing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Runs the script's steps against one cluster with the `etcdctl` of this machine.
final class Etcdctl {

    private static final Duration STEP = Duration.ofSeconds(20);
    private static final Pattern REVISION = Pattern.compile("\"revision\":(\\d+)");
    private static final Pattern LEASE =
            Pattern.compile("lease ([0-9a-f]+) granted|\"ID\":(\\d+)|\"ID\" : (\\d+)");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]+)\\}");

    private final KvCluster cluster;
    private final Path file;
    private final Map<String, String> remembered = new TreeMap<>();
    private final long start;

    /// @param answer exit code, output and error output, made comparable
    record Answered(Step step, String answer) {}

    Etcdctl(KvCluster cluster) throws IOException {
        this.cluster = cluster;
        file = Files.createTempDirectory("etcdctl").resolve("saved");
        var json = etcdctl(List.of("get", "start", "-w", "json"), "", 0).out();
        var matcher = REVISION.matcher(json);
        if (!matcher.find()) {
            throw new IOException("no revision in " + json);
        }
        start = Long.parseLong(matcher.group(1));
    }

    List<Answered> run(List<Step> steps) throws IOException {
        var answers = new ArrayList<Answered>();
        for (var step : steps) {
            answers.add(new Answered(step, run(step)));
        }
        Files.deleteIfExists(file);
        return answers;
    }

    private String run(Step step) throws IOException {
        var words = new ArrayList<String>();
        for (var word : step.words()) {
            words.add(filledIn(word));
        }
        var ran = etcdctl(words, filledIn(step.input()), step.lines());
        if (!step.remember().isEmpty()) {
            remembered.put(step.remember(), leaseId(ran.out()));
        }
        var normal = new Normal(start, remembered);
        var out = step.lines() > 0 ? firstLines(ran.out(), step.lines()) : ran.out();
        var exit = step.lines() > 0 ? "" : "exit " + ran.exit() + "\n";
        var err = normal.of(ran.err(), false).replace(file.toString(), "<file>");
        return exit + normal.of(out, step.sorted()).replace(file.toString(), "<file>") + err;
    }

    private Command.Ran etcdctl(List<String> words, String input, int lines) throws IOException {
        var line = new ArrayList<>(List.of("etcdctl"));
        line.addAll(words);
        if (words.stream().noneMatch(word -> word.startsWith("--endpoints="))) {
            line.add("--endpoints=" + String.join(",", cluster.endpoints()));
        }
        var environment = Map.of("ETCDCTL_API", "3");
        return lines == 0
                ? Command.run(line, environment, input, STEP)
                : Command.runUntil(line, environment, lines, STEP);
    }

    private String filledIn(String text) {
        return VARIABLE.matcher(text)
                .replaceAll(matcher -> Matcher.quoteReplacement(value(matcher.group(1))));
    }

    private String value(String name) {
        if (name.startsWith("r:")) {
            return Long.toString(start + Long.parseLong(name.substring(2)));
        }
        return switch (name) {
            case "file" -> file.toString();
            case "leader" -> cluster.endpoint(cluster.awaitLeader());
            case "follower" -> cluster.endpoint(cluster.follower());
            case "follower.id" -> Long.toHexString(standingOfFollower().member());
            default -> {
                var id = remembered.get(name);
                if (id == null) {
                    throw new IllegalArgumentException("nothing is called " + name);
                }
                yield id;
            }
        };
    }

    private Standing standingOfFollower() {
        return Standing.of(cluster.endpoint(cluster.follower())).orElseThrow();
    }

    private static String leaseId(String answer) throws IOException {
        var matcher = LEASE.matcher(answer);
        if (!matcher.find()) {
            throw new IOException("no lease id in " + answer);
        }
        var hexadecimal = matcher.group(1);
        var json = matcher.group(2) != null ? matcher.group(2) : matcher.group(3);
        return hexadecimal != null ? hexadecimal : Long.toHexString(Long.parseLong(json));
    }

    private static String firstLines(String text, int count) {
        return String.join("\n", text.lines().limit(count).toList()) + "\n";
    }
}
