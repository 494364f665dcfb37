package dev.mainstay.jepsen.workload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.client.Database;
import dev.mainstay.client.Mainstay;
import dev.mainstay.client.MainstayException;
import dev.mainstay.client.proto.CommitRequest;
import dev.mainstay.client.proto.CommitResponse;
import dev.mainstay.client.proto.ReadRequest;
import dev.mainstay.client.proto.ReadResponse;
import dev.mainstay.client.proto.StoreGrpc;
import dev.mainstay.jepsen.history.Event;
import dev.mainstay.jepsen.history.Failure;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The SDK's exceptions are those that it makes of a node's answers: the node here gives one answer
/// to everything.
class AttemptTest {

    private static final Duration TIMEOUT = Duration.ofMillis(300);
    private static final int TRIES = 4;

    @FunctionalInterface
    private interface Call {
        void on(Database database) throws InterruptedException;
    }

    /// @param code what the node says; OK = nothing at all
    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "UNAVAILABLE,         mainstay: no leader,              FAIL, NOT_SENT,     NOT_SENT",
        "UNAVAILABLE,         the connection was lost,          INFO, DISCONNECTED, DISCONNECTED",
        "INTERNAL,            broken,                           INFO, DISCONNECTED, DISCONNECTED",
        "OK,                  ,                                 INFO, TIMEOUT,      TIMEOUT",
        "DATA_LOSS,           damaged,                          INFO, DISCONNECTED, DISCONNECTED",
        "UNIMPLEMENTED,       what is that,                     INFO, REFUSED,      REFUSED",
        "RESOURCE_EXHAUSTED,  etcdserver: too many requests,    FAIL, OVERLOAD,     OVERLOAD",
        "RESOURCE_EXHAUSTED,  mainstay: space exceeded,         FAIL, OVERLOAD,     OVERLOAD",
        "OUT_OF_RANGE,        the revision has been compacted,  FAIL, REFUSED,      REFUSED",
        "NOT_FOUND,           etcdserver: lease not found,      FAIL, REFUSED,      REFUSED",
        "INVALID_ARGUMENT,    etcdserver: key not found,        FAIL, REFUSED,      REFUSED",
        "ABORTED,             made void,                        FAIL, REFUSED,      REFUSED",
        "FAILED_PRECONDITION, not so,                           FAIL, REFUSED,      REFUSED",
        "PERMISSION_DENIED,   not you,                          FAIL, REFUSED,      REFUSED",
    })
    void whatANodeSays_becomes(
            Status.Code code,
            String text,
            Event.Type ofWrite,
            Failure.Kind kindOfWrite,
            Failure.Kind kindOfRead)
            throws Exception {
        var server = server(code, text);
        try {
            var write =
                    first(
                            attempt -> attempt.failure().kind() == kindOfWrite,
                            () -> Attempt.ofWrite(thrown(server.getPort(), AttemptTest::write)));
            var read =
                    first(
                            attempt -> attempt.failure().kind() == kindOfRead,
                            () -> Attempt.ofRead(thrown(server.getPort(), AttemptTest::read)));

            assertThat(write.type()).isEqualTo(ofWrite);
            assertThat(write.failure().kind()).isEqualTo(kindOfWrite);
            assertThat(read.type()).isEqualTo(Event.Type.FAIL);
            assertThat(read.failure().kind()).isEqualTo(kindOfRead);
        } finally {
            server.shutdownNow();
        }
    }

    /// What the SDK tries again until its deadline may be cut off by that in the middle, rarely:
    /// then it does not know what it would have heard.
    private static Attempt first(Predicate<Attempt> wanted, Callable<Attempt> trying)
            throws Exception {
        var attempt = trying.call();
        for (var tries = 1; tries < TRIES && !wanted.test(attempt); tries++) {
            attempt = trying.call();
        }
        return attempt;
    }

    @Test
    void whereNobodyListens_nothingWasSent() throws Exception {
        int port;
        try (var socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }

        var write = Attempt.ofWrite(thrown(port, AttemptTest::write));

        assertThat(write.type()).isEqualTo(Event.Type.FAIL);
        assertThat(write.failure().kind()).isEqualTo(Failure.Kind.NOT_SENT);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "DEADLINE_EXCEEDED,   INFO, TIMEOUT",
        "UNAVAILABLE,         INFO, DISCONNECTED",
        "CANCELLED,           INFO, DISCONNECTED",
        "INTERNAL,            INFO, DISCONNECTED",
        "DATA_LOSS,           INFO, DISCONNECTED",
        "RESOURCE_EXHAUSTED,  FAIL, OVERLOAD",
        "FAILED_PRECONDITION, FAIL, REFUSED",
        "ABORTED,             FAIL, REFUSED",
        "NOT_FOUND,           FAIL, REFUSED",
    })
    void aRawCall_isUnknownUnlessTheStoreDecided(
            Status.Code code, Event.Type ofWrite, Failure.Kind kind) {
        var status = Status.fromCode(code);

        assertThat(Attempt.ofWrite(status).type()).isEqualTo(ofWrite);
        assertThat(Attempt.ofWrite(status).failure().kind()).isEqualTo(kind);
        assertThat(Attempt.ofRead(status).type()).isEqualTo(Event.Type.FAIL);
    }

    @Test
    void anInterruptedWrite_isUnknown() {
        assertThat(Attempt.interrupted(false).type()).isEqualTo(Event.Type.INFO);
        assertThat(Attempt.interrupted(true).type()).isEqualTo(Event.Type.FAIL);
    }

    private static void write(Database database) throws InterruptedException {
        var _ = database.put("k", "1");
    }

    private static void read(Database database) throws InterruptedException {
        var _ = database.get("k");
    }

    private static MainstayException thrown(int port, Call call) throws InterruptedException {
        try (var database =
                Mainstay.builder("127.0.0.1:" + port).timeout(TIMEOUT).discovers(false).connect()) {
            call.on(database);
            throw new AssertionError("no exception");
        } catch (MainstayException e) {
            return e;
        }
    }

    private static Server server(Status.Code code, String text) throws IOException {
        return NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new OneAnswer(code, text))
                .build()
                .start();
    }

    private static final class OneAnswer extends StoreGrpc.StoreImplBase {

        private final Status.Code code;
        private final String text;

        OneAnswer(Status.Code code, String text) {
            this.code = code;
            this.text = text;
        }

        /// Local reads are how a client learns a revision before its first write.
        @Override
        public void read(ReadRequest request, StreamObserver<ReadResponse> answer) {
            if (request.getMode() == dev.mainstay.client.proto.ReadMode.LOCAL) {
                answer.onNext(ReadResponse.getDefaultInstance());
                answer.onCompleted();
            } else {
                say(answer);
            }
        }

        @Override
        public void commit(CommitRequest request, StreamObserver<CommitResponse> answer) {
            say(answer);
        }

        private void say(StreamObserver<?> answer) {
            if (code != Status.Code.OK) {
                answer.onError(Status.fromCode(code).withDescription(text).asException());
            }
        }
    }
}
