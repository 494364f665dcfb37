package dev.mainstay.server.kv;

import static dev.mainstay.server.kv.EtcdFixture.await;
import static dev.mainstay.server.kv.EtcdFixture.bytes;
import static dev.mainstay.server.kv.Requests.range;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import dev.mainstay.client.proto.LockRequest;
import dev.mainstay.client.proto.LockResponse;
import dev.mainstay.client.proto.UnlockRequest;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LockServiceTest {

    private final EtcdFixture etcd = new EtcdFixture();

    @AfterEach
    void close() {
        etcd.close();
    }

    @Test
    void lock_isKeptUnderNameAndLease() throws Exception {
        etcd.grant(0x1f);

        var held = get(lock("jobs", 0x1f));

        assertThat(held.getKey()).isEqualTo(bytes("jobs/1f"));
        assertThat(held.getHeader().getRevision()).isEqualTo(2);
        assertThat(etcd.get("jobs/1f").getKvs(0).getLease()).isEqualTo(0x1f);
    }

    @Test
    void lock_withoutALease_makesOneOf60Seconds() throws Exception {
        var key = get(lock("jobs", 0)).getKey().toStringUtf8();

        long lease = etcd.get(key).getKvs(0).getLease();
        assertThat(key).isEqualTo("jobs/" + Long.toHexString(lease));
        try (var view = etcd.gateway.store().openReadView()) {
            assertThat(view.lease(lease).orElseThrow().ttlSeconds()).isEqualTo(60);
        }
    }

    @Test
    void lock_goesToTheNext_inTheOrderOfArrival() throws Exception {
        var waiting = new ArrayList<ListenableFuture<LockResponse>>();
        for (int i = 1; i <= 5; i++) {
            etcd.grant(i);
            waiting.add(lock("jobs", i));
            awaitContenders(i);
        }
        for (int i = 0; i < 5; i++) {
            var key = get(waiting.get(i)).getKey();
            assertThat(key).isEqualTo(bytes("jobs/" + (i + 1)));
            for (var later : waiting.subList(i + 1, 5)) {
                assertThat(later.isDone()).isFalse();
            }
            unlock(key);
        }
    }

    @Test
    void lock_isGotAgain_byTheSameLease() throws Exception {
        etcd.grant(1);

        assertThat(get(lock("jobs", 1)).getKey()).isEqualTo(get(lock("jobs", 1)).getKey());
    }

    @Test
    void lock_passesOn_whenTheHoldersLeaseExpires() throws Exception {
        etcd.grant(1);
        etcd.grant(2);
        get(lock("jobs", 1));
        var second = lock("jobs", 2);
        awaitContenders(2);

        etcd.gateway.expire(1);

        assertThat(get(second).getKey()).isEqualTo(bytes("jobs/2"));
    }

    @Test
    void lock_fails_whenTheWaitersLeaseExpires() throws Exception {
        etcd.grant(1);
        etcd.grant(2);
        get(lock("jobs", 1));
        var second = lock("jobs", 2);
        awaitContenders(2);

        etcd.gateway.expire(2);

        assertThat(failure(second)).isEqualTo("UNKNOWN mutex: session is expired");
    }

    @Test
    void lock_needsALeaseThatLives() throws Exception {
        assertThat(failure(lock("jobs", 9)))
                .isEqualTo("NOT_FOUND etcdserver: requested lease not found");
    }

    @Test
    void cancelledWaiters_leaveTheQueue() throws Exception {
        for (int i = 1; i <= 3; i++) {
            etcd.grant(i);
        }
        var first = get(lock("jobs", 1));
        var second = lock("jobs", 2);
        awaitContenders(2);
        var third = lock("jobs", 3);
        awaitContenders(3);

        second.cancel(true);
        awaitContenders(2);
        unlock(first.getKey());

        assertThat(get(third).getKey()).isEqualTo(bytes("jobs/3"));
    }

    @Test
    void otherNames_areOtherLocks() throws Exception {
        etcd.grant(1);
        etcd.grant(2);

        get(lock("jobs", 1));

        assertThat(get(lock("jobs2", 2)).getKey()).isEqualTo(bytes("jobs2/2"));
    }

    private ListenableFuture<LockResponse> lock(String name, long lease) {
        return etcd.lock()
                .lock(LockRequest.newBuilder().setName(bytes(name)).setLease(lease).build());
    }

    private void unlock(ByteString key) throws Exception {
        etcd.lock()
                .unlock(UnlockRequest.newBuilder().setKey(key).build())
                .get(10, TimeUnit.SECONDS);
    }

    private void awaitContenders(int count) {
        var contenders = range("jobs/", "jobs0").setCountOnly(true).build();
        await(() -> etcd.kv().range(contenders).getCount() == count);
    }

    private static LockResponse get(ListenableFuture<LockResponse> answer)
            throws InterruptedException, ExecutionException, TimeoutException {
        return answer.get(10, TimeUnit.SECONDS);
    }

    private static String failure(ListenableFuture<LockResponse> answer)
            throws InterruptedException, TimeoutException {
        try {
            return "no error: " + get(answer);
        } catch (ExecutionException e) {
            var status = Status.fromThrowable(e);
            return status.getCode() + " " + status.getDescription();
        }
    }
}
