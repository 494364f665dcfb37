package dev.mainstay.statemachine;

import dev.mainstay.statemachine.command.CommandCodec;
import dev.mainstay.statemachine.command.Result;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// A random log, what the model says to each of its entries, and what digest the first store that
/// applied an entry had.
final class LogOfEntries {

    final Model model = new Model();
    final List<List<ByteBuffer>> entries = new ArrayList<>();
    final List<List<Result>> results = new ArrayList<>();
    final List<Digest> digests = new ArrayList<>();

    LogOfEntries(long seed, int length, int settingBytes) {
        var random = new RandomCommands(seed, settingBytes);
        for (int i = 0; i < length; i++) {
            var entry = new ArrayList<ByteBuffer>();
            var expected = new ArrayList<Result>();
            for (int n = 1 + random.upTo(5); n > 0; n--) {
                var command = random.next(model.revision());
                var bytes = CommandCodec.encode(command);
                entry.add(ByteBuffer.wrap(bytes).asReadOnlyBuffer());
                expected.add(model.apply(command, bytes.length, TestGroup.TERM));
            }
            entries.add(entry);
            results.add(expected);
        }
    }

    int size() {
        return entries.size();
    }

    /// Has the store apply the entry at `index`.
    List<Result> apply(Store store, int index) {
        return store.apply(index, TestGroup.TERM, 1_000L * index, entries.get(index), _ -> true);
    }
}
