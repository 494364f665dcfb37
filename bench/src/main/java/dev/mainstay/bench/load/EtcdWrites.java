package dev.mainstay.bench.load;

import com.google.protobuf.ByteString;
import dev.mainstay.client.proto.Compare;
import dev.mainstay.client.proto.KVGrpc;
import dev.mainstay.client.proto.KeyValue;
import dev.mainstay.client.proto.PutRequest;
import dev.mainstay.client.proto.RangeRequest;
import dev.mainstay.client.proto.RequestOp;
import dev.mainstay.client.proto.TxnRequest;
import dev.mainstay.jepsen.cluster.Channels;
import dev.mainstay.jepsen.cluster.KvCluster;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/// Writes over etcd's API alone: a failed one is unknown and not repeated, as etcd cannot tell a
/// repetition. For the kill loop's own test on etcd, and for etcd's figures.
final class EtcdWrites implements Writes {

    private static final int DEADLINE_SECONDS = 3;
    private static final int PAUSE_MILLIS = 20;

    private final List<ManagedChannel> channels;

    EtcdWrites(KvCluster cluster) {
        channels = cluster.endpoints().stream().map(Channels::to).toList();
    }

    @Override
    public Answer put(String key, String value) throws InterruptedException {
        try {
            stub().put(put(ByteString.copyFromUtf8(key), value));
            return Answer.ACKNOWLEDGED;
        } catch (StatusRuntimeException e) {
            Thread.sleep(PAUSE_MILLIS);
            return Answer.UNKNOWN;
        }
    }

    @Override
    public Answer increment(String key) throws InterruptedException {
        try {
            while (!tryIncrement(ByteString.copyFromUtf8(key))) {
                Thread.sleep(ThreadLocalRandom.current().nextInt(PAUSE_MILLIS));
            }
            return Answer.ACKNOWLEDGED;
        } catch (StatusRuntimeException e) {
            Thread.sleep(PAUSE_MILLIS);
            return Answer.UNKNOWN;
        }
    }

    @Override
    public void close() {
        channels.forEach(Channels::close);
    }

    private boolean tryIncrement(ByteString key) {
        var found = stub().range(RangeRequest.newBuilder().setKey(key).build());
        var entry = found.getKvsCount() == 0 ? KeyValue.getDefaultInstance() : found.getKvs(0);
        var text = entry.getValue().toStringUtf8();
        var next = text.isEmpty() ? 1 : Long.parseLong(text) + 1;
        var request =
                TxnRequest.newBuilder()
                        .addCompare(
                                Compare.newBuilder()
                                        .setKey(key)
                                        .setTarget(Compare.CompareTarget.MOD)
                                        .setModRevision(entry.getModRevision()))
                        .addSuccess(
                                RequestOp.newBuilder().setRequestPut(put(key, Long.toString(next))))
                        .build();
        return stub().txn(request).getSucceeded();
    }

    private static PutRequest put(ByteString key, String value) {
        return PutRequest.newBuilder().setKey(key).setValue(ByteString.copyFromUtf8(value)).build();
    }

    private KVGrpc.KVBlockingStub stub() {
        var channel = channels.get(ThreadLocalRandom.current().nextInt(channels.size()));
        return KVGrpc.newBlockingStub(channel)
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }
}
