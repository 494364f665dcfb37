package dev.mainstay.server.kv;

import static dev.mainstay.server.kv.Requests.op;
import static dev.mainstay.server.kv.Requests.range;
import static dev.mainstay.server.kv.Requests.txn;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.mainstay.client.proto.KeyValue;
import dev.mainstay.client.proto.RangeRequest;
import dev.mainstay.client.proto.RangeResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// Every target, order, limit and filter against a plain reading of etcd's rules.
class RangeTest {

    @Test
    void ranges_answerAsTheModelSays() {
        try (var etcd = new EtcdFixture()) {
            var all = fill(etcd);
            for (var request : requests()) {
                var expected = expected(all, request);

                assertThat(shown(etcd.kv().range(request))).as("%s", request).isEqualTo(expected);
            }
        }
    }

    /// The state machine reads ranges of transactions that write by code of its own.
    @Test
    void ranges_inWritingTxns_answerTheSame() {
        try (var etcd = new EtcdFixture()) {
            var all = fill(etcd);
            for (var request : requests()) {
                var txn =
                        txn().addSuccess(op(request.toBuilder()))
                                .addSuccess(op(Requests.delete("none")))
                                .build();

                var range = etcd.kv().txn(txn).getResponses(0).getResponseRange();

                assertThat(shown(range)).as("%s", request).isEqualTo(expected(all, request));
            }
        }
    }

    private static List<KeyValue> fill(EtcdFixture etcd) {
        var random = new SplittableRandom(20_261_125);
        for (int i = 0; i < 60; i++) {
            etcd.put("k" + random.nextInt(20), "v" + random.nextInt(5));
        }
        etcd.put("outside", "x");
        return etcd.kv().range(range("k", "l").build()).getKvsList();
    }

    private static List<RangeRequest> requests() {
        var requests = new ArrayList<RangeRequest>();
        for (var target : RangeRequest.SortTarget.values()) {
            for (var order : RangeRequest.SortOrder.values()) {
                if (target == RangeRequest.SortTarget.UNRECOGNIZED
                        || order == RangeRequest.SortOrder.UNRECOGNIZED) {
                    continue;
                }
                for (long limit : new long[] {0, 1, 3, 1_000}) {
                    var sorted =
                            range("k", "l")
                                    .setSortTarget(target)
                                    .setSortOrder(order)
                                    .setLimit(limit);
                    requests.add(sorted.build());
                    requests.add(sorted.setKeysOnly(true).build());
                    requests.add(sorted.setMinModRevision(20).setMaxModRevision(50).build());
                    requests.add(sorted.setMinCreateRevision(4).setMaxCreateRevision(30).build());
                    requests.add(sorted.setCountOnly(true).build());
                }
            }
        }
        return requests;
    }

    private static String expected(List<KeyValue> all, RangeRequest request) {
        var kept = new ArrayList<KeyValue>();
        for (var kv : all) {
            if (isWithin(
                            kv.getModRevision(),
                            request.getMinModRevision(),
                            request.getMaxModRevision())
                    && isWithin(
                            kv.getCreateRevision(),
                            request.getMinCreateRevision(),
                            request.getMaxCreateRevision())) {
                kept.add(kv);
            }
        }
        Comparator<KeyValue> order =
                switch (request.getSortTarget()) {
                    case KEY, UNRECOGNIZED -> comparing(KeyValue::getKey);
                    case VERSION -> Comparator.comparingLong(KeyValue::getVersion);
                    case CREATE -> Comparator.comparingLong(KeyValue::getCreateRevision);
                    case MOD -> Comparator.comparingLong(KeyValue::getModRevision);
                    case VALUE -> comparing(KeyValue::getValue);
                };
        boolean descends = request.getSortOrder() == RangeRequest.SortOrder.DESCEND;
        kept.sort(descends ? order.reversed() : order);
        if (request.getCountOnly()) {
            return shown(List.of(), false, all.size(), false);
        }
        boolean isCut = request.getLimit() > 0 && kept.size() > request.getLimit();
        var page = isCut ? kept.subList(0, (int) request.getLimit()) : kept;
        return shown(page, isCut, all.size(), request.getKeysOnly());
    }

    private static Comparator<KeyValue> comparing(Function<KeyValue, ByteString> part) {
        return Comparator.comparing(part, ByteString.unsignedLexicographicalComparator());
    }

    private static boolean isWithin(long revision, long min, long max) {
        return (min == 0 || revision >= min) && (max == 0 || revision <= max);
    }

    private static String shown(RangeResponse response) {
        return shown(response.getKvsList(), response.getMore(), response.getCount(), false);
    }

    private static String shown(List<KeyValue> kvs, boolean more, long count, boolean keysOnly) {
        var text = new StringBuilder("more %s count %d".formatted(more, count));
        for (var kv : kvs) {
            var value = keysOnly ? "" : kv.getValue().toStringUtf8();
            text.append(
                    "\n%s=%s %d".formatted(kv.getKey().toStringUtf8(), value, kv.getModRevision()));
        }
        return text.toString();
    }
}
