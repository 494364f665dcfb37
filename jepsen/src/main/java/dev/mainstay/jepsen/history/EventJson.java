package dev.mainstay.jepsen.history;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringReader;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One event as one JSON object; any thread.
///
/// What is empty or zero is left out, `value` never. A fault begins and ends with `info`, as
/// readers of such files expect; whoever reads tells its begin by being the first of its number.
final class EventJson {

    private static final String NEMESIS = "nemesis";

    private EventJson() {}

    static void write(Event event, Writer out) throws IOException {
        var json = new JsonWriter(out);
        json.beginObject();
        json.name("index").value(event.index());
        json.name("time").value(event.nanos());
        boolean isNemesis = event.process() == Event.NEMESIS;
        if (isNemesis) {
            json.name("process").value(NEMESIS);
        } else {
            json.name("process").value(event.process());
        }
        var type = isNemesis ? Event.Type.INFO : event.type();
        json.name("type").value(word(type));
        json.name("workload").value(event.workload());
        json.name("f").value(event.function());
        writeValue(event.value(), json.name("value"));
        var failure = event.failure();
        if (failure != null) {
            json.name("error").beginObject();
            json.name("class").value(word(failure.kind()));
            json.name("msg").value(failure.message());
            json.endObject();
        }
        writeAbout(event.about(), json);
        json.endObject();
        json.flush();
    }

    private static void writeAbout(About about, JsonWriter json) throws IOException {
        if (!about.node().isEmpty()) {
            json.name("node").value(about.node());
        }
        if (!about.mode().isEmpty()) {
            json.name("mode").value(about.mode());
        }
        if (about.revision() != 0) {
            json.name("rev").value(about.revision());
        }
        if (about.term() != 0) {
            json.name("term").value(about.term());
        }
        if (about.attempts() != 1) {
            json.name("attempts").value(about.attempts());
        }
    }

    private static void writeValue(@Nullable Object value, JsonWriter json) throws IOException {
        switch (value) {
            case null -> json.nullValue();
            case Long number -> json.value(number.longValue());
            case String text -> json.value(text);
            case Boolean isTrue -> json.value(isTrue.booleanValue());
            case List<?> list -> {
                json.beginArray();
                for (var element : list) {
                    writeValue(element, json);
                }
                json.endArray();
            }
            case Map<?, ?> map -> {
                json.beginObject();
                for (var entry : map.entrySet()) {
                    json.name((String) entry.getKey());
                    writeValue(entry.getValue(), json);
                }
                json.endObject();
            }
            default ->
                    throw new IllegalArgumentException(
                            "not for a history: " + value + ", a " + value.getClass());
        }
    }

    /// Throws [IOException] or [IllegalArgumentException] if the line is no whole event.
    static Event read(String line) throws IOException {
        var fields = new Fields();
        try (var json = new JsonReader(new StringReader(line))) {
            json.beginObject();
            while (json.hasNext()) {
                fields.read(json.nextName(), json);
            }
            json.endObject();
        } catch (IllegalStateException e) {
            throw new IOException("no event: " + line, e);
        }
        return fields.event();
    }

    private static @Nullable Object readValue(JsonReader json) throws IOException {
        return switch (json.peek()) {
            case NULL -> {
                json.nextNull();
                yield null;
            }
            case NUMBER -> json.nextLong();
            case STRING -> json.nextString();
            case BOOLEAN -> json.nextBoolean();
            case BEGIN_ARRAY -> readList(json);
            case BEGIN_OBJECT -> readMap(json);
            case END_ARRAY, END_OBJECT, NAME, END_DOCUMENT -> throw new IOException("no value");
        };
    }

    private static List<@Nullable Object> readList(JsonReader json) throws IOException {
        var list = new ArrayList<@Nullable Object>(2);
        json.beginArray();
        while (json.hasNext()) {
            list.add(readValue(json));
        }
        json.endArray();
        list.trimToSize();
        return Collections.unmodifiableList(list);
    }

    private static Map<String, @Nullable Object> readMap(JsonReader json) throws IOException {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        json.beginObject();
        while (json.hasNext()) {
            map.put(json.nextName(), readValue(json));
        }
        json.endObject();
        return Collections.unmodifiableMap(map);
    }

    private static Failure readFailure(JsonReader json) throws IOException {
        var kind = "";
        var message = "";
        json.beginObject();
        while (json.hasNext()) {
            if (json.nextName().equals("class")) {
                kind = json.nextString();
            } else {
                message = json.nextString();
            }
        }
        json.endObject();
        return new Failure(Failure.Kind.valueOf(constant(kind)), message);
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String constant(String word) {
        return word.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /// What a line has told so far. Words that come again with every event are kept once: a history
    /// is millions of events.
    private static final class Fields {

        private long index = -1;
        private long nanos;
        private long process;
        private String type = "";
        private String workload = "";
        private String function = "";
        private @Nullable Object value;
        private @Nullable Failure failure;
        private String node = "";
        private String mode = "";
        private long revision;
        private long term;
        private int attempts = 1;

        void read(String name, JsonReader json) throws IOException {
            switch (name) {
                case "index" -> index = json.nextLong();
                case "time" -> nanos = json.nextLong();
                case "process" -> {
                    var text = json.nextString();
                    process = text.equals(NEMESIS) ? Event.NEMESIS : Long.parseLong(text);
                }
                case "type" -> type = json.nextString().intern();
                case "workload" -> workload = json.nextString().intern();
                case "f" -> function = json.nextString().intern();
                case "value" -> value = readValue(json);
                case "error" -> failure = readFailure(json);
                case "node" -> node = json.nextString().intern();
                case "mode" -> mode = json.nextString().intern();
                case "rev" -> revision = json.nextLong();
                case "term" -> term = json.nextLong();
                case "attempts" -> attempts = json.nextInt();
                // A later release may tell more.
                default -> json.skipValue();
            }
        }

        Event event() throws IOException {
            if (index < 0) {
                throw new IOException("an event without index");
            }
            return new Event(
                    index,
                    nanos,
                    process,
                    Event.Type.valueOf(constant(type)),
                    workload,
                    function,
                    value,
                    failure,
                    new About(node, mode, revision, term, attempts));
        }
    }
}
