package dev.mainstay.server.kv;

import static dev.mainstay.server.kv.EtcdFixture.bytes;
import static dev.mainstay.server.kv.EtcdFixture.error;
import static dev.mainstay.server.kv.EtcdFixture.json;
import static dev.mainstay.server.kv.Requests.compare;
import static dev.mainstay.server.kv.Requests.delete;
import static dev.mainstay.server.kv.Requests.isAbsent;
import static dev.mainstay.server.kv.Requests.op;
import static dev.mainstay.server.kv.Requests.put;
import static dev.mainstay.server.kv.Requests.range;
import static dev.mainstay.server.kv.Requests.txn;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.mainstay.client.proto.AlarmRequest;
import dev.mainstay.client.proto.CompactionRequest;
import dev.mainstay.client.proto.Compare;
import dev.mainstay.client.proto.DefragmentRequest;
import dev.mainstay.client.proto.DeleteRangeRequest;
import dev.mainstay.client.proto.PutRequest;
import dev.mainstay.client.proto.RangeRequest;
import dev.mainstay.client.proto.RequestOp;
import dev.mainstay.client.proto.TxnRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The KV calls that were made to etcd 3.4, in the same order, with its own answers.
class ObservedTest {

    private static final String DUPLICATE = "3 etcdserver: duplicate key given in txn request";
    private static final String COMPACTED =
            "11 etcdserver: mvcc: required revision has been compacted";
    private static final String FUTURE =
            "11 etcdserver: mvcc: required revision is a future revision";
    private static final String EMPTY_KEY = "3 etcdserver: key is not provided";

    private final EtcdFixture etcd = new EtcdFixture();

    /// The state that etcd had when the range calls came: revision 10.
    @BeforeEach
    void writeAndDelete() {
        assertThat(answer(range("a"))).isEqualTo(header(1) + "}");
        assertThat(answer(put("a", "1"))).isEqualTo(header(2) + "}");
        assertThat(answer(put("a", "2").setPrevKv(true)))
                .isEqualTo(
                        header(3)
                                + ",\"prev_kv\":{\"key\":\"YQ==\",\"create_revision\":\"2\",\"mod_revision\":\"2\",\"version\":\"1\",\"value\":\"MQ==\"}}");
        assertThat(answer(delete("missing"))).isEqualTo(header(3) + "}");
        assertThat(answer(delete("a").setPrevKv(true)))
                .isEqualTo(
                        header(4)
                                + ",\"deleted\":\"1\",\"prev_kvs\":[{\"key\":\"YQ==\",\"create_revision\":\"2\",\"mod_revision\":\"3\",\"version\":\"2\",\"value\":\"Mg==\"}]}");
        assertThat(answer(put("a", "3"))).isEqualTo(header(5) + "}");
        for (int i = 1; i <= 5; i++) {
            etcd.put("k" + i, "v" + i);
        }
    }

    @AfterEach
    void close() {
        etcd.close();
    }

    @Test
    void ranges_areCutSortedAndFiltered_asInEtcd() {
        assertThat(answer(range("k", "l").setLimit(2).setKeysOnly(true)))
                .isEqualTo(
                        header(10)
                                + ",\"kvs\":[{\"key\":\"azE=\",\"create_revision\":\"6\",\"mod_revision\":\"6\",\"version\":\"1\"},{\"key\":\"azI=\",\"create_revision\":\"7\",\"mod_revision\":\"7\",\"version\":\"1\"}],\"more\":true,\"count\":\"5\"}");
        assertThat(answer(range("k", "l").setCountOnly(true)))
                .isEqualTo(header(10) + ",\"count\":\"5\"}");
        assertThat(answer(range("k", "l").setMinModRevision(9).setLimit(1)))
                .isEqualTo(
                        header(10)
                                + ",\"kvs\":[{\"key\":\"azQ=\",\"create_revision\":\"9\",\"mod_revision\":\"9\",\"version\":\"1\",\"value\":\"djQ=\"}],\"more\":true,\"count\":\"5\"}");
        assertThat(
                        answer(
                                range("k", "l")
                                        .setSortTarget(RangeRequest.SortTarget.MOD)
                                        .setSortOrder(RangeRequest.SortOrder.DESCEND)
                                        .setLimit(1)))
                .isEqualTo(
                        header(10)
                                + ",\"kvs\":[{\"key\":\"azU=\",\"create_revision\":\"10\",\"mod_revision\":\"10\",\"version\":\"1\",\"value\":\"djU=\"}],\"more\":true,\"count\":\"5\"}");
    }

    @Test
    void ranges_ofThePastAndTheFuture() {
        assertThat(answer(range("a").setRevision(2)))
                .isEqualTo(
                        header(10)
                                + ",\"kvs\":[{\"key\":\"YQ==\",\"create_revision\":\"2\",\"mod_revision\":\"2\",\"version\":\"1\",\"value\":\"MQ==\"}],\"count\":\"1\"}");
        assertThat(answer(range("a").setRevision(11))).isEqualTo(FUTURE);
    }

    @Test
    void range_ignoresAnUnknownOrder() {
        assertThat(answer(range("a").setSortOrderValue(9)))
                .isEqualTo(
                        header(10)
                                + ",\"kvs\":[{\"key\":\"YQ==\",\"create_revision\":\"5\",\"mod_revision\":\"5\",\"version\":\"1\",\"value\":\"Mw==\"}],\"count\":\"1\"}");
    }

    @Test
    void range_isEmpty_whenItsEndIsBeforeItsKey() {
        assertThat(answer(range("b", "a"))).isEqualTo(header(10) + "}");
    }

    @Test
    void keysAreNeeded() {
        assertThat(answer(range(""))).isEqualTo(EMPTY_KEY);
        assertThat(answer(put("", "x"))).isEqualTo(EMPTY_KEY);
        assertThat(answer(delete(""))).isEqualTo(EMPTY_KEY);
    }

    @Test
    void put_canKeepValueOrLease_butNotGiveThemToo() {
        assertThat(answer(put("none", "").setIgnoreValue(true)))
                .isEqualTo("3 etcdserver: key not found");
        assertThat(answer(put("a", "x").setIgnoreValue(true)))
                .isEqualTo("3 etcdserver: value is provided");
        assertThat(answer(put("a", "x").setIgnoreLease(true).setLease(1)))
                .isEqualTo("3 etcdserver: lease is provided");
        assertThat(answer(put("a", "x").setLease(1)))
                .isEqualTo("5 etcdserver: requested lease not found");
    }

    @Test
    void txn_refusesToWriteAKeyTwice() {
        assertThat(success(op(put("x", "1")), op(put("x", "2")))).isEqualTo(DUPLICATE);
        assertThat(success(op(put("x", "1")), op(delete("a", "z")))).isEqualTo(DUPLICATE);
        assertThat(success(op(delete("x")), op(delete("w", "z"))))
                .isEqualTo(
                        header(10)
                                + ",\"succeeded\":true,\"responses\":[{\"response_delete_range\":{\"header\":{\"revision\":\"10\"}}},{\"response_delete_range\":{\"header\":{\"revision\":\"10\"}}}]}");
    }

    @Test
    void txn_withoutSteps_succeeds() {
        assertThat(answer(txn())).isEqualTo(header(10) + ",\"succeeded\":true}");
    }

    @Test
    void txn_nested_andCompared() {
        var inner = txn().addCompare(isAbsent("a")).addFailure(op(put("n2", "y")));
        assertThat(success(op(put("n1", "x")), op(inner)))
                .isEqualTo(
                        header(11)
                                + ",\"succeeded\":true,\"responses\":[{\"response_put\":{\"header\":{\"revision\":\"11\"}}},{\"response_txn\":{\"header\":{},\"responses\":[{\"response_put\":{\"header\":{\"revision\":\"11\"}}}]}}]}");
        assertThat(
                        answer(
                                txn().addCompare(
                                                compare(
                                                                "none",
                                                                Compare.CompareTarget.VALUE,
                                                                Compare.CompareResult.NOT_EQUAL)
                                                        .setValue(bytes("x")))))
                .isEqualTo(header(11) + "}");
        assertThat(
                        answer(
                                txn().addCompare(
                                                compare(
                                                                "k",
                                                                Compare.CompareTarget.VERSION,
                                                                Compare.CompareResult.EQUAL)
                                                        .setRangeEnd(bytes("l"))
                                                        .setVersion(1))))
                .isEqualTo(header(11) + ",\"succeeded\":true}");
        assertThat(success(RequestOp.getDefaultInstance()))
                .isEqualTo("3 etcdserver: key not found");
    }

    @Test
    void txn_readsItsOwnWrites_inOneRevision() {
        assertThat(
                        success(
                                op(put("p1", "x")),
                                op(range("p1")),
                                op(put("p2", "y")),
                                op(delete("none"))))
                .isEqualTo(
                        header(11)
                                + ",\"succeeded\":true,\"responses\":[{\"response_put\":{\"header\":{\"revision\":\"11\"}}},{\"response_range\":{\"header\":{\"revision\":\"11\"},\"kvs\":[{\"key\":\"cDE=\",\"create_revision\":\"11\",\"mod_revision\":\"11\",\"version\":\"1\",\"value\":\"eA==\"}],\"count\":\"1\"}},{\"response_put\":{\"header\":{\"revision\":\"11\"}}},{\"response_delete_range\":{\"header\":{\"revision\":\"11\"}}}]}");
    }

    @Test
    void txn_has128Steps_atMost() {
        var txn = txn();
        for (int i = 0; i < 128; i++) {
            txn.addSuccess(op(put("t" + i, "x")));
        }
        assertThat(answer(txn)).startsWith(header(11));
        assertThat(answer(txn.addSuccess(op(put("one more", "x")))))
                .isEqualTo("3 etcdserver: too many operations in txn request");
    }

    @Test
    void compact_refusesThePastAndTheFuture() {
        assertThat(compact(11)).isEqualTo(FUTURE);
        assertThat(compact(5)).isEqualTo(header(10) + "}");
        assertThat(compact(5)).isEqualTo(COMPACTED);
        assertThat(compact(0)).isEqualTo(COMPACTED);
        assertThat(answer(range("a").setRevision(4))).isEqualTo(COMPACTED);
        assertThat(answer(range("a").setRevision(5)))
                .isEqualTo(
                        header(10)
                                + ",\"kvs\":[{\"key\":\"YQ==\",\"create_revision\":\"5\",\"mod_revision\":\"5\",\"version\":\"1\",\"value\":\"Mw==\"}],\"count\":\"1\"}");
    }

    @Test
    void requests_areLimitedTwice() {
        assertThat(answer(put("big", "x".repeat(1_536 * 1_024))))
                .isEqualTo("3 etcdserver: request is too large");
        var bigger = put("big", "x".repeat(2_600_000)).build();
        assertThat(error(() -> etcd.kv().put(bigger)))
                .isEqualTo(
                        "8 grpc: received message larger than max (%d vs. 2097152)"
                                .formatted(bigger.getSerializedSize()));
        assertThat(answer(put("small", "x"))).isEqualTo(header(11) + "}");
    }

    @Test
    void maintenance_hasNoHeader_whereEtcdHasNone() {
        assertThat(json(etcd.maintenance().alarm(AlarmRequest.getDefaultInstance())))
                .isEqualTo("{}");
        assertThat(json(etcd.maintenance().defragment(DefragmentRequest.getDefaultInstance())))
                .isEqualTo("{}");
    }

    private static String header(long revision) {
        return "{\"header\":{\"revision\":\"%d\",\"raft_term\":\"2\"}".formatted(revision);
    }

    private String compact(long revision) {
        var request = CompactionRequest.newBuilder().setRevision(revision).build();
        return shown(() -> etcd.kv().compact(request));
    }

    private String success(RequestOp... steps) {
        var txn = txn();
        for (var step : steps) {
            txn.addSuccess(step);
        }
        return answer(txn);
    }

    private String answer(Message.Builder request) {
        var kv = etcd.kv();
        return switch (request.build()) {
            case RangeRequest range -> shown(() -> kv.range(range));
            case PutRequest put -> shown(() -> kv.put(put));
            case DeleteRangeRequest delete -> shown(() -> kv.deleteRange(delete));
            case TxnRequest txn -> shown(() -> kv.txn(txn));
            default -> throw new AssertionError("not a KV request: " + request);
        };
    }

    private interface Call {
        Message run();
    }

    /// The answer as JSON, or the error.
    private static String shown(Call call) {
        var answer = new Message[1];
        var error = error(() -> answer[0] = call.run());
        return error.equals("no error") ? json(answer[0]) : error;
    }
}
