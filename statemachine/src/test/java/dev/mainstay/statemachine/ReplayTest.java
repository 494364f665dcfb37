package dev.mainstay.statemachine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.statemachine.apply.KvReplay;
import dev.mainstay.statemachine.command.Command.KvTxn;
import dev.mainstay.statemachine.command.CommandCodec;
import dev.mainstay.statemachine.command.Result;
import dev.mainstay.statemachine.command.Verdict;
import dev.mainstay.statemachine.feed.ChangeFeed;
import dev.mainstay.statemachine.feed.CompactedException;
import dev.mainstay.statemachine.mvcc.ReadView;
import dev.mainstay.statemachine.storage.MemoryByteStore;
import java.util.List;
import org.junit.jupiter.api.Test;
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

    @Test
    void aTransactionThatWasNotCarriedOut_hasNoAnswers() throws CompactedException {
        try (var group = new TestGroup();
                var view = group.store().openReadView()) {
            var txn = group.txn(TestGroup.put("a", "1"));
            for (var verdict :
                    List.of(
                            new Verdict.Conflict(TestGroup.key("a"), 1),
                            new Verdict.Failed(Verdict.Failure.COMPACTED, 1),
                            new Verdict.Voided(1),
                            new Verdict.Expired(1),
                            new Verdict.Started(1, 1))) {
                assertThat(KvReplay.answers(view, txn, verdict)).isEmpty();
            }
        }
    }

    @Test
    void aTransactionThatWouldGoTheOtherWay_isAnotherOne() {
        try (var group = new TestGroup();
                var view = group.store().openReadView()) {
            var txn = group.txn(TestGroup.put("a", "1"));

            assertThatThrownBy(() -> KvReplay.answers(view, txn, new Verdict.Committed(2, false)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aTransactionFoundAgain_seesWhatItDeletedItself() throws CompactedException {
        try (var group = new TestGroup()) {
            group.kv(TestGroup.put("a", "1"), TestGroup.put("b", "1"));
            var all = TestGroup.range(TestGroup.prefix("a"));
            var txn = group.txn(TestGroup.delete("a"), TestGroup.delete("a"), all);
            var result = group.apply(txn);
            group.kv(TestGroup.put("a", "2"));

            try (var view = group.store().openReadView()) {
                assertThat(Text.answers(KvReplay.answers(view, txn, result.verdict())))
                        .isEqualTo(Text.answers(result.answers()));
            }
        }
    }

    /// Answers are for one member only, so wanting them must not change what is there.
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {71, 72})
    void aMemberWhereNobodyWaits_comesToTheSameState(long seed) {
        var log = new LogOfEntries(seed, 200, 3);
        try (var asked = new TestGroup();
                var silent = new TestGroup()) {
            for (int index = 0; index < log.size(); index++) {
                log.apply(asked.store(), index);
                var entry = log.entries.get(index);
                var results =
                        silent.store()
                                .apply(index, TestGroup.TERM, 1_000L * index, entry, _ -> false);
                assertThat(results).allSatisfy(result -> assertThat(result.answers()).isEmpty());
                assertThat(silent.store().digest()).isEqualTo(asked.store().digest());
            }
        }
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
