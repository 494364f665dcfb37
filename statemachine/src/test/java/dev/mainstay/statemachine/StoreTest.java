package dev.mainstay.statemachine;

import static dev.mainstay.statemachine.TestGroup.delete;
import static dev.mainstay.statemachine.TestGroup.key;
import static dev.mainstay.statemachine.TestGroup.prefix;
import static dev.mainstay.statemachine.TestGroup.put;
import static dev.mainstay.statemachine.TestGroup.range;
import static dev.mainstay.statemachine.TestGroup.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.statemachine.command.Command.Compact;
import dev.mainstay.statemachine.command.KvAnswer;
import dev.mainstay.statemachine.command.Verdict;
import dev.mainstay.statemachine.feed.CompactedException;
import java.util.List;
import org.junit.jupiter.api.Test;

class StoreTest {

    @Test
    void aPut_isReadAtItsRevision_andOldOnesStay() {
        try (var group = new TestGroup()) {
            assertThat(group.kv(put("a", "1")).verdict()).isEqualTo(new Verdict.Committed(2, true));
            assertThat(group.kv(put("a", "2")).verdict()).isEqualTo(new Verdict.Committed(3, true));
            assertThat(group.kv(delete("a")).verdict()).isEqualTo(new Verdict.Committed(4, true));
            group.kv(put("a", "3"), put("b", "1"));

            try (var view = group.store().openReadView()) {
                assertThat(text(view, "a", 1)).isEqualTo("-");
                assertThat(text(view, "a", 2)).isEqualTo("1");
                assertThat(text(view, "a", 3)).isEqualTo("2");
                assertThat(text(view, "a", 4)).isEqualTo("-");
                assertThat(text(view, "a", 5)).isEqualTo("3");
                assertThat(view.count(prefix("a"), 3)).isEqualTo(1);
                assertThat(view.count(prefix("a"), 4)).isZero();
            }
            assertThat(group.store().get(key("b")).revision()).isEqualTo(5);
            assertThat(group.store().recomputeDigest()).isEqualTo(group.store().digest());
        }
    }

    @Test
    void theFeed_givesWholeRevisions_fromMemoryAndFromTheStore() throws CompactedException {
        try (var group = new TestGroup()) {
            group.kv(put("a", "1"));
            group.kv(put("a", "2"), put("b", "1"));
            group.kv(delete(prefix("a")));

            var cursor = group.feed.open(1);

            assertThat(cursor.next(1).getFirst().revision()).isEqualTo(2);
            assertThat(cursor.next(1 << 20)).hasSize(2);
            assertThat(cursor.next(1)).isEmpty();
        }
    }

    @Test
    void garbage_goes_andReadersAboveTheFloorSeeNoDifference() {
        try (var group = new TestGroup()) {
            for (int i = 0; i < 10; i++) {
                group.kv(put("a", "" + i));
            }
            assertThat(group.verdict(new Compact(group.id(), group.revision(), 8)))
                    .isEqualTo(new Verdict.Done(11, true));
            var before = group.store().digest();

            while (group.store().collectGarbage()) {}

            assertThat(group.store().digest()).isEqualTo(before);
            try (var view = group.store().openReadView()) {
                assertThat(text(view, "a", 8)).isEqualTo("6");
            }
            var answer = group.kv(range(prefix("a"))).answers();
            assertThat(answer).hasSize(1);
            assertThat(((KvAnswer.Range) answer.getFirst()).count()).isEqualTo(1);
        }
    }

    @Test
    void aRepeatedId_getsItsFirstVerdict_alsoInOneEntry() {
        try (var group = new TestGroup()) {
            var first = group.txn(put("a", "1"));
            var results = group.applyEntry(first, first);
            var again = group.apply(first);

            assertThat(results.get(1).isRepeated()).isTrue();
            assertThat(again.isRepeated()).isTrue();
            assertThat(List.of(results.get(0).verdict(), results.get(1).verdict(), again.verdict()))
                    .containsOnly(new Verdict.Committed(2, true));
            assertThat(group.revision()).isEqualTo(2);
        }
    }
}
