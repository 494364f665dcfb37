package dev.mainstay.bench.load;

import dev.mainstay.client.proto.KeyValue;
import dev.mainstay.jepsen.cluster.KeyValues;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// Compares what the writers were told with what is stored. Used once, after the writers have
/// ended.
final class Ledger {

    private static final int EXAMPLES = 10;

    private final List<String> examples = new ArrayList<>();
    private long missing;
    private long doubled;
    private long wrong;
    private long refusedButStored;

    static Ledger of(List<Writer> writers, KeyValues stored) {
        var ledger = new Ledger();
        for (var writer : writers) {
            ledger.check(writer, stored);
        }
        for (var counter = 0; counter < Writer.COUNTERS; counter++) {
            ledger.checkCounter(Writer.counterKey(counter), writers, stored);
        }
        return ledger;
    }

    boolean isClean() {
        return missing + doubled + wrong + refusedButStored == 0;
    }

    @Override
    public String toString() {
        return "acknowledged but missing %d, doubled %d, of another value %d, refused but stored %d %s"
                .formatted(missing, doubled, wrong, refusedButStored, examples);
    }

    private void check(Writer writer, KeyValues stored) {
        var found = new BitSet();
        stored.forEach(
                writer.prefix(),
                entry -> {
                    var key = entry.getKey().toStringUtf8();
                    var operation = Integer.parseInt(key.substring(writer.prefix().length()));
                    found.set(operation);
                    checkEntry(writer, operation, entry);
                });
        for (var operation = 0; operation < writer.operations(); operation++) {
            if (!Writer.isIncrement(operation)
                    && writer.isAcknowledged(operation)
                    && !found.get(operation)) {
                missing++;
                example("missing: " + writer.key(operation));
            }
        }
    }

    private void checkEntry(Writer writer, int operation, KeyValue entry) {
        if (!entry.getValue().toStringUtf8().equals(writer.value(operation))) {
            wrong++;
            example("wrong: " + entry);
        }
        // Nobody but this operation ever writes the key, so its versions are its executions.
        if (entry.getVersion() != 1) {
            doubled++;
            example("doubled: " + entry);
        }
        if (writer.isRefused(operation)) {
            refusedButStored++;
            example("refused but stored: " + entry);
        }
    }

    private void checkCounter(String key, List<Writer> writers, KeyValues stored) {
        var sharing = writers.stream().filter(w -> w.counterKey().equals(key)).toList();
        var atLeast = sharing.stream().mapToLong(Writer::incremented).sum();
        var atMost = atLeast + sharing.stream().mapToLong(Writer::maybeIncremented).sum();
        var entries = stored.get(key);
        var count =
                entries.isEmpty()
                        ? 0
                        : Long.parseLong(entries.getFirst().getValue().toStringUtf8());
        missing += Math.max(0, atLeast - count);
        doubled += Math.max(0, count - atMost);
        if (count < atLeast || count > atMost) {
            example("%s is %d, should be %d to %d".formatted(key, count, atLeast, atMost));
        }
    }

    private void example(String text) {
        if (examples.size() < EXAMPLES) {
            examples.add(text);
        }
    }
}
