package dev.mainstay.statemachine;

import static dev.mainstay.statemachine.TestGroup.bytes;
import static dev.mainstay.statemachine.TestGroup.delete;
import static dev.mainstay.statemachine.TestGroup.key;
import static dev.mainstay.statemachine.TestGroup.prefix;
import static dev.mainstay.statemachine.TestGroup.put;
import static dev.mainstay.statemachine.TestGroup.range;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.statemachine.command.Command.Compact;
import dev.mainstay.statemachine.command.Command.ExpireLease;
import dev.mainstay.statemachine.command.Command.GrantLease;
import dev.mainstay.statemachine.command.Command.RevokeLease;
import dev.mainstay.statemachine.command.KvCompare;
import dev.mainstay.statemachine.command.KvOp;
import dev.mainstay.statemachine.command.KvOp.SortOrder;
import dev.mainstay.statemachine.command.KvOp.SortTarget;
import dev.mainstay.statemachine.command.Result;
import dev.mainstay.statemachine.command.Verdict;
import dev.mainstay.statemachine.command.Verdict.Committed;
import dev.mainstay.statemachine.command.Verdict.Done;
import dev.mainstay.statemachine.command.Verdict.Failed;
import dev.mainstay.statemachine.command.Verdict.Failure;
import dev.mainstay.statemachine.mvcc.KeyRange;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What etcd 3.4.23 was seen to answer, in the order in which it was asked; hex `61` is `a`.
class EtcdSemanticsTest {

    private final TestGroup group = new TestGroup();

    @AfterEach
    void close() {
        group.close();
    }

    @Test
    void anEmptyStore_isAtRevisionOne() {
        assertThat(kv(range(prefix("a"))))
                .isEqualTo("Done[revision=1, branch=true] [range {} more=false count=0]");
    }

    @Test
    void versionsCountFromCreation_andADeletionEndsThem() {
        assertThat(kv(put("a", "1"))).isEqualTo("Committed[revision=2, branch=true] [put -]");
        assertThat(kv(put("a", "2")))
                .isEqualTo("Committed[revision=3, branch=true] [put {6b61=2/2/1/0:31}]");
        assertThat(kv(delete("x"))).isEqualTo("Done[revision=3, branch=true] [delete 0 {}]");
        assertThat(kv(delete("a")))
                .isEqualTo("Committed[revision=4, branch=true] [delete 1 {6b61=3/2/2/0:32}]");
        assertThat(kv(put("a", "3"))).isEqualTo("Committed[revision=5, branch=true] [put -]");
        assertThat(kv(range(KeyRange.only(key("a")))))
                .endsWith("[range {6b61=5/5/1/0:33} more=false count=1]");
    }

    @Test
    void limitAndFilters_doNotTouchTheCount() {
        seedFive();

        assertThat(kv(sorted(2, SortTarget.KEY, SortOrder.NONE, 0)))
                .endsWith("[range {6b6b31=6/6/1/0: 6b6b32=7/7/1/0:} more=true count=5]");
        assertThat(kv(sorted(1, SortTarget.KEY, SortOrder.NONE, 9)))
                .endsWith("[range {6b6b34=9/9/1/0:} more=true count=5]");
        assertThat(kv(sorted(1, SortTarget.MOD, SortOrder.DESCEND, 0)))
                .endsWith("[range {6b6b35=10/10/1/0:} more=true count=5]");
        var countOnly =
                new KvOp.Range(
                        prefix("k"), 0, 0, SortTarget.KEY, SortOrder.NONE, false, true, 0, 0, 0, 0);
        assertThat(kv(countOnly)).endsWith("[range {} more=false count=5]");
    }

    @Test
    void aRangeOfThePast_isThatOfItsRevision() {
        seedFive();

        assertThat(kv(at(2))).endsWith("[range {6b61=2/2/1/0:31} more=false count=1]");
        assertThat(failure(at(11))).isEqualTo(Failure.FUTURE_REVISION);
    }

    @Test
    void anInvertedRange_isEmpty() {
        seedFive();

        assertThat(kv(range(new KeyRange(key("k5"), key("k1")))))
                .endsWith("[range {} more=false count=0]");
    }

    @Test
    void whatIsKept_mustExist() {
        assertThat(failure(new KvOp.Put(key("a"), bytes(""), 0, false, true, false)))
                .isEqualTo(Failure.KEY_NOT_FOUND);
        assertThat(failure(new KvOp.Put(key("a"), bytes(""), 0, false, false, true)))
                .isEqualTo(Failure.KEY_NOT_FOUND);
        assertThat(failure(put("a", "1", 99))).isEqualTo(Failure.LEASE_NOT_FOUND);
        assertThat(group.revision()).isEqualTo(1);
    }

    @Test
    void anError_isFoundBeforeTheFirstWrite() {
        assertThat(failure(put("a", "1"), put("b", "1", 99))).isEqualTo(Failure.LEASE_NOT_FOUND);
        assertThat(failure(put("a", "1"), at(7))).isEqualTo(Failure.FUTURE_REVISION);
        assertThat(group.store().get(key("a")).version()).isNull();
    }

    @Test
    void onePath_mustNotPutAKeyTwice_norPutAndDeleteIt() {
        assertThat(failure(put("a", "1"), put("a", "2"))).isEqualTo(Failure.DUPLICATE_KEY);
        assertThat(failure(put("a", "1"), delete(prefix("a")))).isEqualTo(Failure.DUPLICATE_KEY);
        assertThat(failure(put("a", "1"), inner(put("a", "2")))).isEqualTo(Failure.DUPLICATE_KEY);
        assertThat(kv(delete("a"), delete(prefix("a"))))
                .isEqualTo("Done[revision=1, branch=true] [delete 0 {}, delete 0 {}]");
    }

    @Test
    void aTransaction_hasOneRevision_andSeesItsOwnWrites() {
        group.kv(put("d", "0"));

        assertThat(kv(put("p1", "x"), range(prefix("p")), put("p2", "y"), delete("d")))
                .isEqualTo(
                        "Committed[revision=3, branch=true] [put -,"
                                + " range {6b7031=3/3/1/0:78} more=false count=1,"
                                + " put -, delete 1 {6b64=2/2/1/0:30}]");
    }

    @Test
    void allCompares_seeTheStateBeforeTheWhole() {
        var ifAbsent = compare("n", KvCompare.Target.CREATE, KvCompare.Result.EQUAL, 0);
        var result =
                group.apply(
                        group.txn(
                                List.of(ifAbsent),
                                List.of(
                                        put("n", "1"),
                                        new KvOp.Txn(
                                                List.of(ifAbsent),
                                                List.of(put("m", "1")),
                                                List.of())),
                                List.of()));

        assertThat(text(result))
                .isEqualTo("Committed[revision=2, branch=true] [put -, txn true [put -]]");
    }

    @Test
    void aMissingKey_comparesAsZeros_butItsValueNever() {
        assertThat(branch(compare("x", KvCompare.Target.VERSION, KvCompare.Result.EQUAL, 0)))
                .isTrue();
        assertThat(branch(compare("x", KvCompare.Target.MOD, KvCompare.Result.LESS, 1))).isTrue();
        assertThat(branch(compare("x", KvCompare.Target.VALUE, KvCompare.Result.NOT_EQUAL, 0)))
                .isFalse();
        assertThat(branch(compare("x", KvCompare.Target.VALUE, KvCompare.Result.EQUAL, 0)))
                .isFalse();
    }

    @Test
    void aCompareOfARange_mustHoldForEachKey() {
        seedFive();
        var all =
                new KvCompare(
                        prefix("k"),
                        KvCompare.Target.VERSION,
                        KvCompare.Result.EQUAL,
                        1,
                        bytes(""));

        assertThat(branch(all)).isTrue();
        group.kv(put("k3", ""));
        assertThat(branch(all)).isFalse();
    }

    @Test
    void compact_refusesTheFuture_andWhatIsCompacted() {
        seedFive();

        assertThat(compact(11)).isEqualTo(new Failed(Failure.FUTURE_REVISION, 10));
        assertThat(compact(0)).isEqualTo(new Failed(Failure.COMPACTED, 10));
        assertThat(compact(5)).isEqualTo(new Done(10, true));
        assertThat(compact(5)).isEqualTo(new Failed(Failure.COMPACTED, 10));
        assertThat(failure(at(4))).isEqualTo(Failure.COMPACTED);
        assertThat(kv(at(5))).endsWith("[range {6b61=5/5/1/0:33} more=false count=1]");
    }

    @Test
    void aFreshStore_mayBeCompactedAtOne() {
        assertThat(compact(1)).isEqualTo(new Done(1, true));
    }

    @Test
    void aLease_existsOnce_andTakesItsKeysAlong_inOneRevision() {
        assertThat(grant(77)).isEqualTo(new Done(1, true));
        assertThat(grant(77)).isEqualTo(new Failed(Failure.LEASE_EXISTS, 1));
        group.kv(put("a", "1", 77), put("b", "1", 77), put("c", "1", 77));
        group.kv(put("b", "2"));

        assertThat(revoke(78)).isEqualTo(new Failed(Failure.LEASE_NOT_FOUND, 3));
        assertThat(revoke(77)).isEqualTo(new Committed(4, true));

        assertThat(kv(range(new KeyRange(key(""), null)))).contains("{6b62=3/2/2/0:32}");
        assertThat(revoke(77)).isEqualTo(new Failed(Failure.LEASE_NOT_FOUND, 4));
    }

    @Test
    void aLeaseWithoutKeys_endsWithoutARevision() {
        grant(77);

        assertThat(revoke(77)).isEqualTo(new Done(1, true));
    }

    @Test
    void anExpiry_isVoidInAnotherTerm() {
        grant(77);
        group.kv(put("a", "1", 77));

        long other = TestGroup.TERM - 1;
        assertThat(group.verdict(new ExpireLease(group.id(), group.revision(), other, 77)))
                .isEqualTo(new Failed(Failure.WRONG_TERM, 2));
        assertThat(group.verdict(new ExpireLease(group.id(), group.revision(), TestGroup.TERM, 77)))
                .isEqualTo(new Committed(3, true));
    }

    private void seedFive() {
        group.kv(put("a", "1"));
        group.kv(put("a", "2"));
        group.kv(delete("a"));
        group.kv(put("a", "3"));
        for (int i = 1; i <= 5; i++) {
            group.kv(put("k" + i, ""));
        }
    }

    private String kv(KvOp... ops) {
        return text(group.kv(ops));
    }

    private static String text(Result result) {
        return result.verdict() + " " + Text.answers(result.answers());
    }

    private Failure failure(KvOp... ops) {
        return ((Failed) group.kv(ops).verdict()).failure();
    }

    private boolean branch(KvCompare compare) {
        var verdict = group.verdict(group.txn(List.of(compare), List.of(), List.of()));
        return ((Done) verdict).branch();
    }

    private Verdict compact(long revision) {
        return group.verdict(new Compact(group.id(), group.revision(), revision));
    }

    private Verdict grant(long lease) {
        return group.verdict(new GrantLease(group.id(), group.revision(), lease, 60));
    }

    private Verdict revoke(long lease) {
        return group.verdict(new RevokeLease(group.id(), group.revision(), lease));
    }

    private static KvOp inner(KvOp op) {
        return new KvOp.Txn(List.of(), List.of(op), List.of());
    }

    private static KvOp.Range at(long revision) {
        var only = KeyRange.only(key("a"));
        return new KvOp.Range(
                only, revision, 0, SortTarget.KEY, SortOrder.NONE, false, false, 0, 0, 0, 0);
    }

    private static KvOp.Range sorted(
            long limit, SortTarget target, SortOrder order, long minModRevision) {
        return new KvOp.Range(
                prefix("k"), 0, limit, target, order, false, false, minModRevision, 0, 0, 0);
    }

    private static KvCompare compare(
            String key, KvCompare.Target target, KvCompare.Result result, long number) {
        return new KvCompare(KeyRange.only(key(key)), target, result, number, bytes(""));
    }
}
