package dev.mainstay.server.kv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.client.proto.KVGrpc;
import dev.mainstay.client.proto.RangeRequest;
import dev.mainstay.client.proto.RangeResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AnswerBudgetTest {

    private static final RangeRequest EVERYTHING = Requests.range("big", "bih").build();

    @Test
    void answersThatNobodyReads_areRefusedInTheEnd_andTheNodeServesOthers() throws Exception {
        try (var etcd = new EtcdFixture()) {
            for (int i = 0; i < 8; i++) {
                etcd.put("big" + i, "x".repeat(1 << 20));
            }
            var ends = new LinkedBlockingQueue<Status>();

            var unread = askWithoutReading(etcd, 10, ends);

            var end = ends.poll(20, TimeUnit.SECONDS);
            assertThat(end).isNotNull();
            assertThat(end.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(end.getDescription()).contains("too many requests");
            assertThat(etcd.kv().range(Requests.range("none").build()).getCount()).isZero();

            // What was never read is given back with its call.
            unread.forEach(call -> call.cancel("enough", null));
            assertThat(readWhenThereIsRoom(etcd)).isEqualTo(8);
        }
    }

    private static List<ClientCall<RangeRequest, RangeResponse>> askWithoutReading(
            EtcdFixture etcd, int calls, BlockingQueue<Status> ends) {
        var unread = new ArrayList<ClientCall<RangeRequest, RangeResponse>>();
        for (int i = 0; i < calls; i++) {
            var call = etcd.channel.newCall(KVGrpc.getRangeMethod(), CallOptions.DEFAULT);
            call.start(
                    new ClientCall.Listener<>() {
                        @Override
                        public void onClose(Status status, Metadata trailers) {
                            ends.add(status);
                        }
                    },
                    new Metadata());
            call.sendMessage(EVERYTHING);
            call.halfClose();
            unread.add(call);
        }
        return unread;
    }

    private static long readWhenThereIsRoom(EtcdFixture etcd) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            try {
                return etcd.kv().range(EVERYTHING).getKvsCount();
            } catch (StatusRuntimeException e) {
                assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
                assertThat(System.nanoTime()).isLessThan(deadline);
            }
        }
    }
}
