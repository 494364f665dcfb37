package dev.mainstay.statemachine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.statemachine.apply.KvReplay;
import dev.mainstay.statemachine.command.Command.KvTxn;
import dev.mainstay.statemachine.command.CommandCodec;
import dev.mainstay.statemachine.command.Result;
import dev.mainstay.statemachine.feed.ChangeFeed;
import dev.mainstay.statemachine.feed.CompactedException;
import dev.mainstay.statemachine.mvcc.ReadView;
import dev.mainstay.statemachine.storage.MemoryByteStore;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayTest {

    /// Found again long after, the answers are those that were given, or compacted.
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {61, 62, 63, 64})
    void answers_areFoundAgain_orCompacted(long seed) {
        var log = new LogOfEntries(seed, 200, 3);
        var store =
                MvccStore.open(new MemoryByteStore(), new ChangeFeed(1000), StoreSettings.DEFAULT);
        for (int index = 0; index < log.size(); index++) {
            log.apply(store, index);
        }
        int found = 0;
        try (var view = store.openReadView()) {
            for (int index = 0; index < log.size(); index++) {
                for (int i = 0; i < log.entries.get(index).size(); i++) {
                    var command = CommandCodec.decode(log.entries.get(index).get(i));
                    var result = log.results.get(index).get(i);
                    if (command instanceof KvTxn txn && !result.isRepeated()) {
                        found += check(view, txn, result) ? 1 : 0;
                    }
                }
            }
        }
        assertThat(found).isGreaterThan(5);
    }

    private static boolean check(ReadView view, KvTxn txn, Result result) {
        try {
            var answers = KvReplay.answers(view, txn, result.verdict());
            assertThat(Text.answers(answers)).isEqualTo(Text.answers(result.answers()));
            return !answers.isEmpty();
        } catch (CompactedException e) {
            assertThat(e.floor()).isEqualTo(view.kvFloor());
            return false;
        }
    }
}
