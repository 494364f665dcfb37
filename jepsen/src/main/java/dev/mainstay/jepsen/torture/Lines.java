package dev.mainstay.jepsen.torture;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.mainstay.jepsen.history.Event;
import dev.mainstay.jepsen.history.Op;
import dev.mainstay.jepsen.report.FaultBand;
import dev.mainstay.jepsen.report.Sighting;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The lines of a run's smaller files: faults, and how nodes stood.
final class Lines {

    private Lines() {}

    static String of(Sighting seen) {
        var json = new JsonObject();
        json.addProperty("time", seen.nanos());
        json.addProperty("node", "n" + seen.node());
        json.addProperty("state", seen.state().name().toLowerCase(Locale.ROOT));
        json.addProperty("term", seen.term());
        json.addProperty("applied", seen.applied());
        return json.toString();
    }

    /// Throws a [RuntimeException] if the line is no sighting.
    static Sighting sighting(String line) {
        var json = JsonParser.parseString(line).getAsJsonObject();
        return new Sighting(
                json.get("time").getAsLong(),
                Integer.parseInt(json.get("node").getAsString().substring(1)),
                Sighting.State.valueOf(json.get("state").getAsString().toUpperCase(Locale.ROOT)),
                json.get("term").getAsLong(),
                json.get("applied").getAsLong());
    }

    static String of(Op fault, long endNanos) {
        var band = band(fault, endNanos);
        var json = new JsonObject();
        json.addProperty("start", band.startNanos());
        json.addProperty("end", band.endNanos());
        json.addProperty("kind", band.kind());
        var targets = new JsonArray();
        if (told(fault).get("targets") instanceof List<?> list) {
            list.forEach(target -> targets.add("n" + target));
        }
        json.add("targets", targets);
        json.addProperty("what", band.what());
        json.addProperty("proven", band.isProven());
        json.addProperty("evidence", band.evidence());
        return json.toString();
    }

    /// @param endNanos of the run, for a fault whose end was not recorded
    static FaultBand band(Op fault, long endNanos) {
        var told = told(fault);
        var completion = fault.completion();
        return new FaultBand(
                fault.invoke().nanos(),
                completion == null ? endNanos : completion.nanos(),
                fault.function(),
                text(told.get("description")),
                Boolean.TRUE.equals(told.get("proven")),
                completion == null ? "its end was not recorded" : text(told.get("trace")));
    }

    private static Map<?, ?> told(Op fault) {
        Event completion = fault.completion();
        return completion != null && completion.value() instanceof Map<?, ?> map ? map : Map.of();
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }
}
