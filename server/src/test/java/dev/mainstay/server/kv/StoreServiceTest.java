package dev.mainstay.server.kv;

import static dev.mainstay.server.kv.EtcdFixture.bytes;
import static dev.mainstay.server.kv.EtcdFixture.error;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.client.proto.CommitRequest;
import dev.mainstay.client.proto.OutcomeRequest;
import dev.mainstay.client.proto.PutRequest;
import dev.mainstay.client.proto.RangeRequest;
import dev.mainstay.client.proto.ReadMode;
import dev.mainstay.client.proto.ReadRequest;
import dev.mainstay.client.proto.RequestOp;
import dev.mainstay.client.proto.StoreGrpc;
import dev.mainstay.client.proto.TransactionId;
import dev.mainstay.client.proto.TxnRequest;
import dev.mainstay.server.gateway.Readiness;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// How long the calls of the SDK may take.
class StoreServiceTest {

    private static final TransactionId ID =
            TransactionId.newBuilder().setHigh(0x5d).setLow(1).build();
    private static final ReadRequest READ =
            ReadRequest.newBuilder()
                    .setRange(RangeRequest.newBuilder().setKey(bytes("a")))
                    .setMode(ReadMode.STRICT)
                    .build();

    private final EtcdFixture etcd = new EtcdFixture();

    @AfterEach
    void stop() {
        etcd.close();
    }

    private StoreGrpc.StoreBlockingStub within(long seconds) {
        return StoreGrpc.newBlockingStub(etcd.channel).withDeadlineAfter(seconds, TimeUnit.SECONDS);
    }

    private static CommitRequest commit() {
        var put = PutRequest.newBuilder().setKey(bytes("a")).setValue(bytes("1"));
        return CommitRequest.newBuilder()
                .setId(ID)
                .setTxn(
                        TxnRequest.newBuilder()
                                .addSuccess(RequestOp.newBuilder().setRequestPut(put)))
                .build();
    }

    private long secondsFrom(long start) {
        return TimeUnit.NANOSECONDS.toSeconds(etcd.gateway.deadline - start);
    }

    @Test
    void everyCall_endsWithItsClientsDeadline_orAfterTheOwnLimit() {
        long now = System.nanoTime();
        var _ = within(3).commit(commit());
        assertThat(secondsFrom(now)).isBetween(2L, 3L);
        var _ = within(3).read(READ);
        assertThat(secondsFrom(now)).isBetween(2L, 3L);
        var _ = within(3).outcome(OutcomeRequest.newBuilder().setId(ID).build());
        assertThat(secondsFrom(now)).isBetween(2L, 3L);

        now = System.nanoTime();
        var _ = within(3_600).read(READ);
        assertThat(secondsFrom(now)).isEqualTo(5);
    }

    @Test
    void aReadThatCannotRunInTheClientsTime_endsInTheClientsWords() {
        etcd.gateway.readiness = new Readiness.NoLeader("none elected");

        assertThat(error(() -> within(3).read(READ))).isEqualTo("4 context deadline exceeded");
        assertThat(error(() -> within(3_600).read(READ))).isEqualTo("14 etcdserver: no leader");
    }
}
