package dev.mainstay.jepsen.torture;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.mainstay.jepsen.checker.Anomaly;
import dev.mainstay.jepsen.checker.Verdict;
import dev.mainstay.jepsen.report.CallTable;
import dev.mainstay.jepsen.report.CallTable.Ending;
import dev.mainstay.jepsen.report.Judgement;
import dev.mainstay.jepsen.report.RunRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// The folder of one run: what it was, what was found.
final class RunFolder {

    private static final String TEST = "test.json";
    private static final String RESULTS = "results.json";
    private static final DateTimeFormatter UTC =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final Gson JSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private RunFolder() {}

    /// `<utc>-<seed>`.
    static String name(Instant begin, long seed) {
        return UTC.format(begin) + "-" + seed;
    }

    /// What a run was.
    ///
    /// @param capabilities nemeses: an empty text, or why they were left out
    record About(String name, Map<String, String> facts, Map<String, String> capabilities) {

        About {
            facts = new LinkedHashMap<>(facts);
            capabilities = new LinkedHashMap<>(capabilities);
        }

        String fact(String key) {
            return facts.getOrDefault(key, "");
        }
    }

    static void write(Path folder, About about) throws IOException {
        var json = new JsonObject();
        json.addProperty("name", about.name());
        about.facts()
                .forEach((key, value) -> {
                    if (value.matches("-?[0-9]{1,18}")) {
                        json.addProperty(key, Long.parseLong(value));
                    } else {
                        json.addProperty(key, value);
                    }
                });
        json.add("capabilities", JSON.toJsonTree(about.capabilities()));
        Files.writeString(folder.resolve(TEST), JSON.toJson(json) + "\n");
    }

    /// What is known of a folder that may have nothing but a history.
    static About read(Path folder) throws IOException {
        var facts = new LinkedHashMap<String, String>();
        var capabilities = new TreeMap<String, String>();
        var name = folder.toAbsolutePath().normalize().getFileName();
        var file = folder.resolve(TEST);
        if (Files.exists(file)) {
            var json = JSON.fromJson(Files.readString(file), JsonObject.class);
            for (var entry : json.entrySet()) {
                if (entry.getValue().isJsonPrimitive() && !entry.getKey().equals("name")) {
                    facts.put(entry.getKey(), entry.getValue().getAsString());
                }
            }
            var able = json.getAsJsonObject("capabilities");
            if (able != null) {
                able.entrySet()
                        .forEach(e -> capabilities.put(e.getKey(), e.getValue().getAsString()));
            }
        }
        return new About(name == null ? "" : name.toString(), facts, capabilities);
    }

    static void write(Path folder, RunRecord run, CallTable calls) throws IOException {
        var checkers = new JsonObject();
        for (var judgement : run.judgements()) {
            checkers.add(judgement.id(), json(judgement));
        }
        var json = new JsonObject();
        json.addProperty("valid", run.isValid());
        json.add("checkers", checkers);
        var stats = new JsonObject();
        stats.addProperty("operations", calls.size());
        for (var ending : Ending.values()) {
            stats.addProperty(ending.name().toLowerCase(Locale.ROOT), calls.count(ending));
        }
        stats.addProperty("seconds", calls.lengthSeconds());
        stats.addProperty("faults", run.faults().size());
        stats.addProperty("leaderChanges", run.leaderChanges());
        json.add("stats", stats);
        var evidence = new JsonObject();
        var byKind = new TreeMap<String, int[]>();
        for (var fault : run.faults()) {
            var counts = byKind.computeIfAbsent(fault.kind(), _ -> new int[2]);
            counts[0]++;
            counts[1] += fault.isProven() ? 1 : 0;
        }
        byKind.forEach((kind, counts) -> {
            var both = new JsonObject();
            both.addProperty("faults", counts[0]);
            both.addProperty("proven", counts[1]);
            evidence.add(kind, both);
        });
        json.add("evidence", evidence);
        Files.writeString(folder.resolve(RESULTS), JSON.toJson(json) + "\n");
    }

    private static JsonObject json(Judgement judgement) {
        var verdict = judgement.verdict();
        var json = new JsonObject();
        json.addProperty("valid", verdict.isValid());
        json.addProperty("outcome", verdict.outcome().name().toLowerCase(Locale.ROOT));
        json.addProperty("ms", judgement.millis());
        var anomalies = new JsonArray();
        for (var anomaly : verdict.anomalies()) {
            var one = new JsonObject();
            one.addProperty("type", anomaly.name());
            var ops = new JsonArray();
            anomaly.events().forEach(ops::add);
            one.add("ops", ops);
            one.addProperty("explanation", anomaly.explanation());
            anomalies.add(one);
        }
        json.add("anomalies", anomalies);
        json.add("counts", JSON.toJsonTree(new TreeMap<>(verdict.counts())));
        return json;
    }

    /// The verdicts on the run as a whole, as they were reached then: a history does not show them
    /// again. None if the folder has no results.
    static List<Judgement> runJudgements(Path folder) throws IOException {
        var file = folder.resolve(RESULTS);
        var judgements = new ArrayList<Judgement>();
        if (!Files.exists(file)) {
            return judgements;
        }
        var checkers =
                JSON.fromJson(Files.readString(file), JsonObject.class).getAsJsonObject("checkers");
        for (var entry : checkers.entrySet()) {
            var scope = Judgement.RUN + "/";
            if (entry.getKey().startsWith(scope)) {
                var checker = entry.getKey().substring(scope.length());
                var verdict = verdict(checker, entry.getValue().getAsJsonObject());
                judgements.add(new Judgement(Judgement.RUN, verdict, 0));
            }
        }
        return judgements;
    }

    private static Verdict verdict(String checker, JsonObject json) {
        var anomalies = new ArrayList<Anomaly>();
        for (var element : json.getAsJsonArray("anomalies")) {
            var one = element.getAsJsonObject();
            var events = new ArrayList<Long>();
            one.getAsJsonArray("ops").forEach(index -> events.add(index.getAsLong()));
            anomalies.add(
                    new Anomaly(
                            one.get("type").getAsString(),
                            events,
                            one.get("explanation").getAsString()));
        }
        var outcome = json.get("outcome").getAsString().toUpperCase(Locale.ROOT);
        return new Verdict(checker, Verdict.Outcome.valueOf(outcome), anomalies, Map.of());
    }
}
