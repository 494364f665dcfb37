package dev.mainstay.statemachine;

import static dev.mainstay.statemachine.TestGroup.bytes;
import static dev.mainstay.statemachine.TestGroup.delete;
import static dev.mainstay.statemachine.TestGroup.key;
import static dev.mainstay.statemachine.TestGroup.prefix;
import static dev.mainstay.statemachine.TestGroup.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.statemachine.apply.RangeRead;
import dev.mainstay.statemachine.command.Command;
import dev.mainstay.statemachine.command.Command.Commit;
import dev.mainstay.statemachine.command.Command.Expect;
import dev.mainstay.statemachine.command.Command.NodeStart;
import dev.mainstay.statemachine.command.Command.PutSetting;
import dev.mainstay.statemachine.command.Command.RaiseHistoryFloor;
import dev.mainstay.statemachine.command.Command.RaiseOutcomeFloor;
import dev.mainstay.statemachine.command.Command.VoidTxn;
import dev.mainstay.statemachine.command.Command.Write;
import dev.mainstay.statemachine.command.CommandCodec;
import dev.mainstay.statemachine.command.KvCompare;
import dev.mainstay.statemachine.command.KvOp;
import dev.mainstay.statemachine.command.Result;
import dev.mainstay.statemachine.command.TxnId;
import dev.mainstay.statemachine.command.Verdict.Committed;
import dev.mainstay.statemachine.command.Verdict.Conflict;
import dev.mainstay.statemachine.command.Verdict.Done;
import dev.mainstay.statemachine.command.Verdict.Expired;
import dev.mainstay.statemachine.command.Verdict.Failed;
import dev.mainstay.statemachine.command.Verdict.Failure;
import dev.mainstay.statemachine.command.Verdict.Started;
import dev.mainstay.statemachine.command.Verdict.Voided;
import dev.mainstay.statemachine.feed.ChangeFeed;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import dev.mainstay.statemachine.mvcc.MalformedBytesException;
import dev.mainstay.statemachine.storage.MemoryByteStore;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TransitionTest {

    private static final Key A = key("a");
    private static final Key B = key("b");

    private final TestGroup group = new TestGroup();

    @AfterEach
    void close() {
        group.close();
    }

    @Test
    void commit_conflicts_whenAKeyItReadHasChanged() {
        group.kv(put("a", "1"));
        assertThat(group.verdict(commit(2, B, new Expect.AtRevision(A, 2))))
                .isEqualTo(new Committed(3, true));
        group.kv(put("a", "2"));

        assertThat(group.verdict(commit(2, B, new Expect.AtRevision(A, 2))))
                .isEqualTo(new Conflict(A, 4));
        assertThat(group.verdict(commit(2, B, new Expect.Absent(A)))).isEqualTo(new Conflict(A, 4));
        assertThat(group.verdict(commit(2, B, new Expect.Present(A))))
                .isEqualTo(new Committed(5, true));
        group.kv(delete("a"));
        assertThat(group.verdict(commit(2, B, new Expect.Present(A))))
                .isEqualTo(new Conflict(A, 6));
    }

    @Test
    void commit_conflicts_whenAKeyCameIntoOrLeftARangeItRead() {
        group.kv(put("c", "1"));
        long readAt = group.revision();
        assertThat(group.verdict(reliedOn(readAt, prefix("a")))).isInstanceOf(Committed.class);

        group.kv(put("a1", "new"));
        assertThat(group.verdict(reliedOn(readAt, prefix("a"))))
                .isEqualTo(new Conflict(key("a1"), 4));
        assertThat(group.verdict(reliedOn(4, prefix("a")))).isInstanceOf(Committed.class);

        group.kv(delete("c"));
        assertThat(group.verdict(reliedOn(4, prefix("c")))).isEqualTo(new Conflict(key("c"), 6));
    }

    @Test
    void commit_conflicts_withAnEarlierOneOfItsOwnEntry() {
        var results =
                group.applyEntry(
                        commit(1, A, new Expect.Absent(A)),
                        commit(1, A, new Expect.Absent(A)),
                        reliedOn(1, prefix("a")));

        assertThat(results.get(0).verdict()).isEqualTo(new Committed(2, true));
        assertThat(results.get(1).verdict()).isEqualTo(new Conflict(A, 2));
        assertThat(results.get(2).verdict()).isEqualTo(new Conflict(A, 2));
    }

    @Test
    void commit_thatDeletesNothing_hasNoRevision_andOneThatWritesTwiceFails() {
        var nothing =
                new Commit(group.id(), 1, 1, List.of(new Write.Delete(A)), List.of(), List.of());
        var twice =
                new Commit(
                        group.id(),
                        1,
                        1,
                        List.of(new Write.Put(A, bytes("1")), new Write.Delete(A)),
                        List.of(),
                        List.of());

        assertThat(group.verdict(nothing)).isEqualTo(new Done(1, true));
        assertThat(group.verdict(twice)).isEqualTo(new Failed(Failure.DUPLICATE_KEY, 1));
    }

    @Test
    void anAttemptBelowTheOutcomeFloor_isExpired_evenIfItsRecordIsThere() {
        var first = group.txn(put("a", "1"));
        group.apply(first);
        group.kv(put("a", "2"));

        group.apply(new RaiseOutcomeFloor(group.id(), 3, 2));

        assertThat(group.apply(first).verdict()).isEqualTo(new Expired(2));
        assertThat(group.apply(new VoidTxn(first.id(), first.since())).verdict())
                .isEqualTo(new Expired(2));
        while (group.store().collectGarbage()) {}
        assertThat(group.apply(first).verdict()).isEqualTo(new Expired(2));
    }

    @Test
    void anOutcomeAtOrAboveTheFloor_outlivesGarbageCollection() {
        group.kv(put("a", "1"));
        var kept = group.txn(put("a", "2"));
        group.apply(kept);

        group.apply(new RaiseOutcomeFloor(group.id(), 3, 2));
        while (group.store().collectGarbage()) {}

        assertThat(group.apply(kept).verdict()).isEqualTo(new Committed(3, true));
        assertThat(group.apply(kept).isRepeated()).isTrue();
    }

    @Test
    void anUnknownId_isVoidForEver_aKnownOneKeepsItsVerdict() {
        var late = group.txn(put("a", "1"));
        assertThat(group.verdict(new VoidTxn(late.id(), 1))).isEqualTo(new Voided(1));

        assertThat(group.apply(late).verdict()).isEqualTo(new Voided(1));
        assertThat(group.apply(late).isRepeated()).isTrue();

        var done = group.txn(put("a", "1"));
        group.apply(done);
        assertThat(group.verdict(new VoidTxn(done.id(), 1))).isEqualTo(new Committed(2, true));
    }

    @Test
    void idsOfANode_mayComeInAnyOrder_andEachCountsOnce() {
        for (long counter : new long[] {5, 6, 3, 9, 4, 7}) {
            assertThat(byNode(counter).isRepeated()).as("%d", counter).isFalse();
        }
        try (var again = new TestGroup(group.bytes())) {
            for (long counter : new long[] {3, 4, 5, 6, 7, 9}) {
                assertThat(again.apply(byNodeCommand(counter)).isRepeated()).isTrue();
            }
            assertThat(again.apply(byNodeCommand(8)).isRepeated()).isFalse();
            assertThat(again.apply(byNodeCommand(10)).isRepeated()).isFalse();
        }
    }

    @Test
    void answers_areKeptOnlyWhereTheClientWaits() {
        var txn = group.txn(put("a", "1"));
        var bytes = List.of(ByteBuffer.wrap(CommandCodec.encode(txn)));

        var results = group.store().apply(9, TestGroup.TERM, 0, bytes, id -> false);

        assertThat(results.getFirst().answers()).isEmpty();
        assertThat(results.getFirst().verdict()).isEqualTo(new Committed(2, true));
    }

    @Test
    void anEntryThatCannotBeRead_leavesTheStoreAsItWas() {
        var good = ByteBuffer.wrap(CommandCodec.encode(group.txn(put("a", "1"))));
        var before = group.store().digest();

        assertThatThrownBy(() ->
                        group.store()
                                .apply(
                                        5,
                                        TestGroup.TERM,
                                        0,
                                        List.of(good, ByteBuffer.allocate(3)),
                                        id -> true))
                .isInstanceOf(MalformedBytesException.class);

        assertThat(group.store().digest()).isEqualTo(before);
        assertThat(group.store().recomputeDigest()).isEqualTo(before);
        var result = group.store().apply(5, TestGroup.TERM, 0, List.of(good), id -> true);
        assertThat(result.getFirst().isRepeated()).isFalse();
    }

    @Test
    void anEntryBelowThePosition_isIgnored() {
        group.kv(put("a", "1"));
        var bytes = List.of(ByteBuffer.wrap(CommandCodec.encode(group.txn(put("a", "2")))));

        assertThat(group.store().apply(0, TestGroup.TERM, 0, bytes, id -> true)).isEmpty();
        assertThat(group.revision()).isEqualTo(2);
    }

    @Test
    void time_neverStandsStill_andTheLsnCountsBytes() {
        var bytes = CommandCodec.encode(group.txn(put("a", "1")));
        var entry = List.of(ByteBuffer.wrap(bytes));
        group.store().apply(1, TestGroup.TERM, 500, entry, id -> true);
        group.store().apply(2, TestGroup.TERM, 100, entry, id -> true);

        var position = group.store().position();

        assertThat(position.micros()).isEqualTo(501);
        assertThat(position.lsn()).isEqualTo(2L * bytes.length);
        assertThat(position.revision()).isEqualTo(2);
    }

    @Test
    void aTime_findsTheNewestRevisionThatIsNotLater() {
        group.kv(put("a", "1"));
        group.kv(put("a", "2"));
        group.kv(put("a", "3"));

        assertThat(group.store().revisionAt(0)).isEqualTo(1);
        assertThat(group.store().revisionAt(999_999)).isEqualTo(2);
        assertThat(group.store().revisionAt(1_000_000)).isEqualTo(3);
        assertThat(group.store().revisionAt(Long.MAX_VALUE)).isEqualTo(4);
    }

    @Test
    void theRevisionOfAMoment_isFound_asLongAsOutcomesAreKept() {
        group.kv(put("a", "1"));
        group.kv(put("a", "2"));
        group.kv(put("a", "3"));
        logMegabytes(65);
        group.kv(put("a", "4"));

        group.apply(new RaiseHistoryFloor(group.id(), 1, 4));

        try (var view = group.store().openReadView()) {
            assertThat(view.historyFloor()).isEqualTo(4);
        }
        assertThat(group.store().revisionAt(999_999)).isEqualTo(2);
    }

    /// Makes the log longer, and changes nothing: the history floor never passes its last 64 MB.
    private void logMegabytes(int count) {
        var compare =
                new KvCompare(
                        KeyRange.only(key("a")),
                        KvCompare.Target.VALUE,
                        KvCompare.Result.EQUAL,
                        0,
                        new byte[1 << 20]);
        for (int i = 0; i < count; i++) {
            group.apply(group.txn(List.of(compare), List.of(), List.of()));
        }
    }

    @Test
    void advance_movesThePosition_andIsStored() {
        group.kv(put("a", "1"));
        group.store().advance(7, TestGroup.TERM + 1);

        assertThat(group.store().position().index()).isEqualTo(7);
        try (var again = new TestGroup(group.bytes())) {
            assertThat(again.store().position()).isEqualTo(group.store().position());
        }
    }

    @Test
    void aSetting_changesOnlyIfItWasWhatItShouldHaveBeen() {
        assertThat(group.verdict(setting("1", ""))).isEqualTo(new Done(1, true));
        assertThat(group.verdict(setting("2", "")))
                .isEqualTo(new Failed(Failure.SETTING_CHANGED, 1));
        assertThat(group.verdict(setting("2", "1"))).isEqualTo(new Done(1, true));
        try (var view = group.store().openReadView()) {
            assertThat(view.setting("name")).isEqualTo(bytes("2"));
            assertThat(view.settings("na")).hasSize(1);
        }
        group.apply(setting(null, null));
        try (var view = group.store().openReadView()) {
            assertThat(view.setting("name")).isNull();
        }
        assertThat(group.store().recomputeDigest()).isEqualTo(group.store().digest());
    }

    @Test
    void everyStartOfANode_hasAnIncarnationOfItsOwn() {
        assertThat(group.verdict(start(1))).isEqualTo(new Started(1, 1));
        assertThat(group.verdict(start(2))).isEqualTo(new Started(2, 1));
        assertThat(group.verdict(start(2))).isEqualTo(new Started(2, 1));
        try (var again = new TestGroup(group.bytes())) {
            assertThat(again.verdict(start(3))).isEqualTo(new Started(3, 1));
        }
    }

    @Test
    void theHistoryFloor_staysWithinWhatRangesAreCheckedAgainst() {
        group.kv(put("a", "1"));
        group.kv(put("a", "2"));
        assertThat(group.verdict(new RaiseHistoryFloor(group.id(), 3, 3)))
                .isEqualTo(new Done(3, true));

        try (var view = group.store().openReadView()) {
            assertThat(view.historyFloor()).isZero();
        }
    }

    @Test
    void theFeed_goesOn_whenAnotherStoreTakesOver() throws Exception {
        var feed = new ChangeFeed(1 << 20);
        var lagging = MvccStore.open(new MemoryByteStore(), feed, StoreSettings.DEFAULT);
        var first = ByteBuffer.wrap(CommandCodec.encode(group.txn(put("a", "1"))));
        lagging.apply(1, TestGroup.TERM, 0, List.of(first), id -> true);
        var cursor = feed.open(2);
        group.store().apply(1, TestGroup.TERM, 0, List.of(first), id -> true);
        for (int i = 2; i <= 5; i++) {
            var more = ByteBuffer.wrap(CommandCodec.encode(group.txn(put("a", "" + i))));
            group.store().apply(i, TestGroup.TERM, 0, List.of(more), id -> true);
        }
        assertThat(cursor.next(1)).hasSize(1);

        MvccStore.open(group.bytes(), feed, StoreSettings.DEFAULT);
        lagging.close();

        assertThat(feed.newest()).isEqualTo(6);
        assertThat(cursor.isNear()).isFalse();
        assertThat(cursor.next(1 << 20)).extracting("revision").containsExactly(3L, 4L, 5L, 6L);
        assertThat(cursor.isNear()).isTrue();
        assertThat(cursor.next(1)).isEmpty();
    }

    @Test
    void commit_conflicts_whenItReadARangeBeforeTheRecentBound() {
        group.kv(put("a", "1"));
        long readAt = group.revision();
        group.kv(put("a", "2"));
        group.kv(put("b", "2"));
        for (int i = 0; i < 70; i++) {
            group.apply(new PutSetting(group.id(), 1, "large", new byte[1 << 20], null));
        }

        assertThat(group.verdict(reliedOn(readAt, prefix("c"))))
                .isEqualTo(new Conflict(key("c"), 4));
        assertThat(group.verdict(reliedOn(4, new KeyRange(A, null))))
                .isEqualTo(new Committed(5, true));
    }

    /// What was stored is found again, also when it is no longer remembered that there is
    /// something.
    @Test
    void anIdIsCarriedOutOnce_whateverNumberOfNodesCameLater() {
        var first = new VoidTxn(new TxnId(0, (1L << TxnId.COUNTER_BITS) + 7), 1);
        group.apply(first);
        for (long node = 2; node < 1_100; node++) {
            group.apply(new VoidTxn(new TxnId(0, (node << TxnId.COUNTER_BITS) + 7), 1));
        }

        assertThat(group.apply(first).isRepeated()).isTrue();
    }

    /// The last id of one node and the first of the next follow each other as numbers only.
    @Test
    void outcomes_ofTwoNodes_neverShareARow() {
        long last = (2L << TxnId.COUNTER_BITS) - 1;
        var commands =
                List.of(
                        new VoidTxn(new TxnId(0, last), 1),
                        new VoidTxn(new TxnId(0, last + 1), 1),
                        new VoidTxn(new TxnId(1, last + 2), 1));
        group.applyEntry(commands.toArray(Command[]::new));

        for (var command : commands) {
            assertThat(group.apply(command).isRepeated()).isTrue();
        }
    }

    @Test
    void aRangeOfAView_isReadAsTheTransactionWouldReadIt() {
        group.kv(put("a", "1"), put("b", "1"));
        try (var view = group.store().openReadView()) {
            long now = group.revision();
            var all = RangeRead.answer(KvOp.Range.of(prefix("a")), view, now);
            var one = RangeRead.answer(KvOp.Range.of(KeyRange.only(B)), view, now);
            var none = RangeRead.answer(KvOp.Range.of(KeyRange.only(key("c"))), view, now);

            assertThat(all.found()).extracting("key").containsExactly(A);
            assertThat(one.found()).extracting("key").containsExactly(B);
            assertThat(none.count()).isZero();
        }
    }

    private Command commit(long readAt, Key written, Expect expect) {
        return new Commit(
                group.id(),
                group.revision(),
                readAt,
                List.of(new Write.Put(written, bytes("w"))),
                List.of(expect),
                List.of());
    }

    private Command reliedOn(long readAt, KeyRange range) {
        return new Commit(
                group.id(),
                group.revision(),
                readAt,
                List.of(new Write.Put(key("z"), bytes("w"))),
                List.of(),
                List.of(range));
    }

    private Command setting(@Nullable String value, @Nullable String expected) {
        return new PutSetting(
                group.id(),
                1,
                "name",
                value == null ? null : bytes(value),
                expected == null ? null : bytes(expected));
    }

    private static Command start(long number) {
        return new NodeStart(new TxnId(1, number), 1, "n1");
    }

    private Result byNode(long counter) {
        return group.apply(byNodeCommand(counter));
    }

    private static Command byNodeCommand(long counter) {
        var id = new TxnId(0, (9L << TxnId.COUNTER_BITS) + counter);
        return new PutSetting(id, 1, "n" + counter, null, null);
    }
}
