package dev.mainstay.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.statemachine.command.Command;
import dev.mainstay.statemachine.command.KvOp;
import dev.mainstay.statemachine.command.TxnId;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import dev.mainstay.statemachine.mvcc.Keyspace;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a nearly full disk refuses, and what it must still take.
class GrowthTest {

    private static final TxnId ID = new TxnId(1, 2);
    private static final Key KEY = Keyspace.kv(new byte[] {1});
    private static final KvOp PUT = new KvOp.Put(KEY, new byte[1], 0, false, false, false);
    private static final KvOp DELETE = new KvOp.Delete(KeyRange.only(KEY), false);

    private static Command txn(List<KvOp> success, List<KvOp> failure) {
        return new Command.KvTxn(ID, 1, List.of(), success, failure);
    }

    private static KvOp nested(List<KvOp> success, List<KvOp> failure) {
        return new KvOp.Txn(List.of(), success, failure);
    }

    @Test
    void aTransactionThatMayPut_inWhateverBranchAndDepth_isGrowth() {
        assertThat(
                        List.of(
                                txn(List.of(DELETE, PUT), List.of()),
                                txn(List.of(), List.of(PUT)),
                                txn(List.of(nested(List.of(DELETE), List.of(PUT))), List.of()),
                                txn(
                                        List.of(
                                                nested(
                                                        List.of(nested(List.of(PUT), List.of())),
                                                        List.of())),
                                        List.of())))
                .allMatch(Growth::isGrowth);
    }

    @Test
    void aTransactionThatOnlyDeletes_isNone() {
        assertThat(
                        List.of(
                                txn(List.of(), List.of()),
                                txn(List.of(DELETE), List.of(DELETE)),
                                txn(List.of(nested(List.of(DELETE), List.of())), List.of())))
                .noneMatch(Growth::isGrowth);
    }

    @Test
    void aNewLeaseIsGrowth_itsEndAndCompactionsAreNot() {
        assertThat(Growth.isGrowth(new Command.GrantLease(ID, 1, 7, 60))).isTrue();
        assertThat(Growth.isGrowth(new Command.RevokeLease(ID, 1, 7))).isFalse();
        assertThat(Growth.isGrowth(new Command.Compact(ID, 1, 5))).isFalse();
    }
}
