package dev.mainstay.statemachine;

import dev.mainstay.statemachine.command.CommandCodec;
import dev.mainstay.statemachine.command.Result;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/// A random log, what the model says to each of its entries, and what digest the first store that
/// applied an entry had.
final class LogOfEntries {

    final Model model = new Model();
    final List<List<ByteBuffer>> entries = new ArrayList<>();
    final List<List<Result>> results = new ArrayList<>();
    final List<Digest> digests = new ArrayList<>();
    private final RandomCommands commands;

    LogOfEntries(int settingBytes) {
        commands = new RandomCommands(settingBytes);
    }

    LogOfEntries(long seed, int length, int settingBytes) {
        this(settingBytes);
        var random = new SplittableRandom(seed);
        var choices = Choices.random(random);
        for (int i = 0; i < length; i++) {
            int count = 1 + random.nextInt(5);
            append(Collections.nCopies(count, choices));
        }
    }

    /// One more entry; each of its commands follows from its author's choices.
    void append(List<Choices> authors) {
        var entry = new ArrayList<ByteBuffer>();
        var expected = new ArrayList<Result>();
        for (var choices : authors) {
            var command = commands.next(choices, model.revision());
            var bytes = CommandCodec.encode(command);
            entry.add(ByteBuffer.wrap(bytes).asReadOnlyBuffer());
            expected.add(model.apply(command, bytes.length, TestGroup.TERM));
        }
        entries.add(entry);
        results.add(expected);
    }

    int size() {
        return entries.size();
    }

    /// Has the store apply the entry at `index`.
    List<Result> apply(Store store, int index) {
        return store.apply(index, TestGroup.TERM, 1_000L * index, entries.get(index), _ -> true);
    }

    @Override
    public String toString() {
        return entries.stream().map(LogOfEntries::text).collect(Collectors.joining("\n"));
    }

    private static String text(List<ByteBuffer> entry) {
        return entry.stream()
                .map(bytes -> CommandCodec.decode(bytes.duplicate()).toString())
                .collect(Collectors.joining("\n    ", "entry ", ""));
    }
}
