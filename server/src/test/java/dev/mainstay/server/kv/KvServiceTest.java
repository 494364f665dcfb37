package dev.mainstay.server.kv;

import static dev.mainstay.server.kv.EtcdFixture.bytes;
import static dev.mainstay.server.kv.EtcdFixture.error;
import static dev.mainstay.server.kv.Requests.compare;
import static dev.mainstay.server.kv.Requests.delete;
import static dev.mainstay.server.kv.Requests.isAbsent;
import static dev.mainstay.server.kv.Requests.op;
import static dev.mainstay.server.kv.Requests.put;
import static dev.mainstay.server.kv.Requests.range;
import static dev.mainstay.server.kv.Requests.txn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.client.proto.CompactionRequest;
import dev.mainstay.client.proto.Compare;
import dev.mainstay.client.proto.RangeResponse;
import dev.mainstay.client.proto.RequestOp;
import dev.mainstay.client.proto.TxnRequest;
import dev.mainstay.client.proto.TxnResponse;
import dev.mainstay.consensus.Lost;
import dev.mainstay.server.gateway.Readiness;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KvServiceTest {

    private final EtcdFixture etcd = new EtcdFixture();

    @AfterEach
    void close() {
        etcd.close();
    }

    @Test
    void header_namesClusterAndMember() {
        var header = etcd.put("a", "1").getHeader();

        assertThat(header.getClusterId()).isEqualTo(FakeGateway.CLUSTER);
        assertThat(header.getMemberId()).isEqualTo(FakeGateway.SELF.number());
    }

    @Test
    void aCall_endsWithItsClientsDeadline_orAfterTheOwnLimit() {
        long now = System.nanoTime();
        var put = put("a", "1").build();
        var _ = etcd.kv().withDeadlineAfter(3, TimeUnit.SECONDS).put(put);
        assertThat(secondsFrom(now)).isBetween(2L, 3L);
        var _ = etcd.kv().withDeadlineAfter(3, TimeUnit.SECONDS).range(range("a").build());
        assertThat(secondsFrom(now)).isBetween(2L, 3L);

        now = System.nanoTime();
        var _ = etcd.kv().withDeadlineAfter(3, TimeUnit.HOURS).put(put);
        assertThat(secondsFrom(now)).isEqualTo(5);
        etcd.get("a");
        assertThat(secondsFrom(now)).isEqualTo(5);
    }

    private long secondsFrom(long start) {
        return TimeUnit.NANOSECONDS.toSeconds(etcd.gateway.deadline - start);
    }

    @Test
    void aReadThatCannotRunInTheClientsTime_endsInTheClientsWords() {
        etcd.gateway.readiness = new Readiness.NoLeader("none elected");
        var read = range("a").build();

        assertThat(error(() -> etcd.kv().withDeadlineAfter(3, TimeUnit.SECONDS).range(read)))
                .isEqualTo("4 context deadline exceeded");
        assertThat(error(() -> etcd.kv().range(read))).isEqualTo("14 etcdserver: no leader");
    }

    @Test
    void term_neverGoesBack() {
        etcd.gateway.term = 7;
        assertThat(etcd.get("a").getHeader().getRaftTerm()).isEqualTo(7);

        etcd.gateway.term = 3;

        assertThat(etcd.get("a").getHeader().getRaftTerm()).isEqualTo(7);
    }

    @Test
    void range_toZero_isAllFromTheKeyOn() {
        etcd.put("a", "1");
        etcd.put("b", "2");
        etcd.put("\u007f", "3");

        assertThat(etcd.kv().range(range("b", "\0").build()).getCount()).isEqualTo(2);
        assertThat(etcd.kv().range(range("\0", "\0").build()).getCount()).isEqualTo(3);
    }

    @Test
    void point_readsCountAndKeysOnly() {
        etcd.put("a", "1");

        assertThat(etcd.get("a").getKvs(0).getValue()).isEqualTo(bytes("1"));
        assertThat(etcd.get("a").getCount()).isEqualTo(1);
        assertThat(etcd.get("none").getCount()).isZero();
        var keysOnly = etcd.kv().range(range("a").setKeysOnly(true).build());
        assertThat(keysOnly.getKvs(0).getValue().isEmpty()).isTrue();
        var countOnly = etcd.kv().range(range("a").setCountOnly(true).build());
        assertThat(countOnly.getCount()).isEqualTo(1);
        assertThat(countOnly.getKvsCount()).isZero();
    }

    @Test
    void point_filtered_countsWhatItHides() {
        etcd.put("a", "1");

        var response = etcd.kv().range(range("a").setMinModRevision(3).build());

        assertThat(response.getKvsCount()).isZero();
        assertThat(response.getCount()).isEqualTo(1);
    }

    @Test
    void serializableReads_runWithoutALeader() {
        etcd.put("a", "1");
        etcd.gateway.readiness = new Readiness.NoLeader("cut off");

        assertThat(error(() -> etcd.get("a"))).isEqualTo("14 etcdserver: no leader");
        assertThat(error(() -> etcd.kv().range(range("a", "z").build())))
                .isEqualTo("14 etcdserver: no leader");
        assertThat(etcd.kv().range(range("a").setSerializable(true).build()).getCount())
                .isEqualTo(1);
        assertThat(etcd.kv().range(range("a", "z").setSerializable(true).build()).getCount())
                .isEqualTo(1);
    }

    @Test
    void strictReads_sayWhenThisNodeIsTooSlow() {
        etcd.gateway.readiness = new Readiness.TooSlow();

        assertThat(error(() -> etcd.get("a")))
                .isEqualTo(
                        "14 etcdserver: request timed out, waiting for the applied index took too"
                                + " long");
    }

    @Test
    void txn_thatCannotWrite_needsNoLogEntry() {
        etcd.put("a", "1");
        int entries = etcd.gateway.entries.get();
        int readIndexes = etcd.gateway.readIndexes.get();

        var response =
                etcd.kv()
                        .txn(
                                txn().addCompare(isAbsent("b"))
                                        .addSuccess(op(range("a")))
                                        .addSuccess(op(txn().addFailure(op(range("b")))))
                                        .addFailure(op(range("b")))
                                        .build());

        assertThat(response.getSucceeded()).isTrue();
        assertThat(response.getResponses(0).getResponseRange().getCount()).isEqualTo(1);
        assertThat(response.getResponses(0).getResponseRange().getHeader().getRevision())
                .isEqualTo(2);
        assertThat(response.getResponses(1).getResponseTxn().getSucceeded()).isTrue();
        assertThat(etcd.gateway.entries.get()).isEqualTo(entries);
        assertThat(etcd.gateway.readIndexes.get()).isEqualTo(readIndexes + 1);
    }

    @Test
    void txn_thatCannotWrite_isLocal_whenAllItsRangesAre() {
        etcd.gateway.readiness = new Readiness.NoLeader("cut off");
        var local = op(range("a").setSerializable(true));

        assertThat(etcd.kv().txn(txn().addSuccess(local).build()).getSucceeded()).isTrue();
        assertThat(
                        error(() ->
                                etcd.kv()
                                        .txn(
                                                txn().addSuccess(local)
                                                        .addFailure(op(range("a")))
                                                        .build())))
                .isEqualTo("14 etcdserver: no leader");
    }

    @Test
    void txn_readingThePast_isRefusedAsAWhole() {
        etcd.put("a", "1");
        etcd.put("a", "2");
        etcd.kv().compact(CompactionRequest.newBuilder().setRevision(3).build());

        var reading = txn().addSuccess(op(range("a").setRevision(2))).build();
        var writing = reading.toBuilder().addSuccess(op(put("b", "1"))).build();

        var compacted = "11 etcdserver: mvcc: required revision has been compacted";
        assertThat(error(() -> etcd.kv().txn(reading))).isEqualTo(compacted);
        assertThat(error(() -> etcd.kv().txn(writing))).isEqualTo(compacted);
        assertThat(etcd.get("b").getCount()).isZero();
    }

    @Test
    void steps_beforeTheFirstChange_showTheRevisionBefore() {
        etcd.put("a", "1");

        var response =
                etcd.kv()
                        .txn(
                                txn().addSuccess(op(range("a")))
                                        .addSuccess(op(put("b", "1")))
                                        .addSuccess(op(range("b")))
                                        .build());

        assertThat(response.getResponses(0).getResponseRange().getHeader().getRevision())
                .isEqualTo(2);
        assertThat(response.getResponses(2).getResponseRange().getHeader().getRevision())
                .isEqualTo(3);
    }

    @Test
    void nestedCompares_doNotSeeTheirParentsPuts() {
        var response =
                etcd.kv()
                        .txn(
                                txn().addSuccess(op(put("a", "1")))
                                        .addSuccess(op(txn().addCompare(isAbsent("a"))))
                                        .build());

        assertThat(response.getResponses(1).getResponseTxn().getSucceeded()).isTrue();
    }

    @Test
    void compares_knowAllTargetsAndResults_whetherTheyWriteOrNot() {
        etcd.grant(5);
        etcd.kv().put(put("a", "m").setLease(5).build());
        for (var result : Compare.CompareResult.values()) {
            if (result == Compare.CompareResult.UNRECOGNIZED) {
                continue;
            }
            boolean onEqual = result == Compare.CompareResult.EQUAL;
            check(compare("a", Compare.CompareTarget.VERSION, result).setVersion(1), onEqual);
            check(compare("a", Compare.CompareTarget.CREATE, result).setCreateRevision(2), onEqual);
            check(compare("a", Compare.CompareTarget.MOD, result).setModRevision(2), onEqual);
            check(compare("a", Compare.CompareTarget.LEASE, result).setLease(5), onEqual);
            check(compare("a", Compare.CompareTarget.VALUE, result).setValue(bytes("m")), onEqual);
        }
        check(valueCompare(Compare.CompareResult.GREATER, "a"), true);
        check(valueCompare(Compare.CompareResult.LESS, "z"), true);
        check(valueCompare(Compare.CompareResult.NOT_EQUAL, "z"), true);
    }

    private static Compare.Builder valueCompare(Compare.CompareResult result, String value) {
        return compare("a", Compare.CompareTarget.VALUE, result).setValue(bytes(value));
    }

    private void check(Compare.Builder compare, boolean holds) {
        var reading = txn().addCompare(compare).build();
        var writing = reading.toBuilder().addFailure(op(delete("none"))).build();

        assertThat(etcd.kv().txn(reading).getSucceeded()).as("%s", compare).isEqualTo(holds);
        assertThat(etcd.kv().txn(writing).getSucceeded()).as("%s", compare).isEqualTo(holds);
    }

    @Test
    void compare_withAnUnknownOption_isRefused() {
        var txn = txn().addCompare(isAbsent("a").setResultValue(9)).build();

        assertThat(error(() -> etcd.kv().txn(txn)))
                .isEqualTo("3 etcdserver: invalid compare option");
    }

    @Test
    void nestedLists_haveWhatTheirParentLeaves() {
        assertThat(nested(64, 64)).isEqualTo("no error");
        assertThat(nested(64, 65)).isEqualTo("3 etcdserver: too many operations in txn request");
    }

    private String nested(int outer, int inner) {
        var innerTxn = txn();
        for (int i = 0; i < inner; i++) {
            innerTxn.addSuccess(op(range("x")));
        }
        var outerTxn = txn().addSuccess(op(innerTxn));
        for (int i = 1; i < outer; i++) {
            outerTxn.addSuccess(op(range("x")));
        }
        return error(() -> etcd.kv().txn(outerTxn.build()));
    }

    @Test
    void duplicates_areLookedForOnEachPath() {
        var twice = "3 etcdserver: duplicate key given in txn request";
        var putX = op(put("x", "1"));
        var deleteX = op(delete("a", "z"));

        assertThat(success(putX, op(txn().addSuccess(putX)))).isEqualTo(twice);
        assertThat(success(op(txn().addFailure(putX)), putX)).isEqualTo(twice);
        assertThat(success(deleteX, op(txn().addSuccess(putX)))).isEqualTo(twice);
        assertThat(success(op(txn().addSuccess(deleteX)), op(txn().addSuccess(putX))))
                .isEqualTo(twice);
        assertThat(success(op(txn().addSuccess(putX)), op(txn().addFailure(deleteX))))
                .isEqualTo(twice);
    }

    @Test
    void branchesOfOneTxn_mayWriteTheSameKey() {
        var putX = op(put("x", "1"));

        assertThat(success(op(txn().addSuccess(putX).addFailure(putX)))).isEqualTo("no error");
        assertThat(success(op(txn().addSuccess(putX).addFailure(op(delete("a", "z"))))))
                .isEqualTo("no error");
    }

    private String success(RequestOp... steps) {
        var txn = TxnRequest.newBuilder();
        for (var step : steps) {
            txn.addSuccess(step);
        }
        return error(() -> etcd.kv().txn(txn.build()));
    }

    @Test
    void lostWrites_haveEtcdsWords() {
        for (var reason : Lost.Reason.values()) {
            etcd.gateway.next(new FakeGateway.Fate.IsLost(new Lost.Refused(reason, null)));
            assertThat(error(() -> etcd.put("a", "1")))
                    .isEqualTo(
                            switch (reason) {
                                case NOT_LEADER, NO_QUORUM -> "14 etcdserver: no leader";
                                case QUEUE_FULL -> "8 etcdserver: too many requests";
                                case DISK_FULL -> "8 etcdserver: mvcc: database space exceeded";
                                case TIMED_OUT -> "14 etcdserver: request timed out";
                                case SHUTTING_DOWN -> "14 etcdserver: server stopped";
                            });
            etcd.gateway.next(new FakeGateway.Fate.IsLost(new Lost.Unknown(reason)));
            assertThat(error(() -> etcd.put("a", "1")))
                    .startsWith("14 etcdserver: request timed out");
        }
    }

    @Test
    void expiredFirstAttempts_areMadeAgain() {
        etcd.gateway.next(new FakeGateway.Fate.IsExpired());
        etcd.gateway.next(new FakeGateway.Fate.IsExpired());

        assertThat(etcd.put("a", "1").getHeader().getRevision()).isEqualTo(2);
    }

    @Test
    void repeatedAttempts_areAnsweredAsTheFirstWouldHaveBeen() {
        etcd.put("a", "1");
        etcd.gateway.next(new FakeGateway.Fate.IsRepeated());
        var put = etcd.kv().put(put("a", "2").setPrevKv(true).build());
        etcd.gateway.next(new FakeGateway.Fate.IsRepeated());
        var txn =
                etcd.kv()
                        .txn(
                                txn().addSuccess(op(put("b", "1")))
                                        .addSuccess(op(range("b")))
                                        .build());
        etcd.gateway.next(new FakeGateway.Fate.IsRepeated());
        var deleted = etcd.kv().deleteRange(delete("a").setPrevKv(true).build());

        assertThat(put.getHeader().getRevision()).isEqualTo(3);
        assertThat(put.getPrevKv().getValue()).isEqualTo(bytes("1"));
        assertThat(ranged(txn).getKvs(0).getModRevision()).isEqualTo(4);
        assertThat(deleted.getDeleted()).isEqualTo(1);
        assertThat(deleted.getPrevKvs(0).getValue()).isEqualTo(bytes("2"));
    }

    private static RangeResponse ranged(TxnResponse txn) {
        return txn.getResponses(1).getResponseRange();
    }

    @Test
    void hasLeader_turnsCallsAway_whileThereIsNone() {
        var wish = new Metadata();
        wish.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
        var kv = etcd.kv().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(wish));
        var local = range("a").setSerializable(true).build();
        assertThat(error(() -> kv.range(local))).isEqualTo("no error");

        etcd.gateway.hasLeader = false;

        assertThat(error(() -> kv.range(local))).isEqualTo("14 etcdserver: no leader");
        assertThat(error(() -> etcd.kv().range(local))).isEqualTo("no error");
    }
}
