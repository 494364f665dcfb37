package dev.mainstay.server.peer;

import dev.mainstay.consensus.LogIndex;
import dev.mainstay.consensus.LogOperationException;
import dev.mainstay.consensus.LogOperationException.Kind;
import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import dev.mainstay.consensus.Peers;
import dev.mainstay.consensus.ReadIndex;
import dev.mainstay.server.gateway.Call;
import dev.mainstay.server.gateway.Leases.Answer;
import dev.mainstay.server.gateway.Remote;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// This node's links to the other members: asks, forwards, fetches.
///
/// Answers arrive on the event loop. What blocks says so.
public final class PeerLinks implements Peers, Remote {

    private final long group;
    private final Channels channels;
    private final Executor eventLoop;
    private final Duration requestTimeout;

    /// Guarded by `this`.
    private @Nullable ForwardStream forwards;

    /// @param connect makes a channel to an address whose callbacks run on the event loop
    /// @param requestTimeout for terms and read indexes
    public PeerLinks(
            long group,
            Function<String, ManagedChannel> connect,
            Executor eventLoop,
            Duration requestTimeout) {
        this.group = group;
        this.channels = new Channels(connect);
        this.eventLoop = eventLoop;
        this.requestTimeout = requestTimeout;
    }

    private PeerGrpc.PeerStub stub(Member member, Duration timeout) {
        return PeerGrpc.newStub(channels.to(member.grpcAddress()))
                .withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    private PeerGrpc.PeerBlockingStub blockingStub(Member member, Duration timeout) {
        return PeerGrpc.newBlockingStub(channels.to(member.grpcAddress()))
                .withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void term(Member member, LongConsumer answer) {
        stub(member, requestTimeout)
                .term(
                        TermRequest.newBuilder().setGroup(group).build(),
                        new Single<>(
                                r -> answer.accept(r.getTerm()), _ -> answer.accept(NO_ANSWER)));
    }

    @Override
    public void readIndex(Member leader, Consumer<ReadIndex> done) {
        stub(leader, requestTimeout)
                .readIndex(
                        ReadIndexRequest.newBuilder().setGroup(group).build(),
                        new Single<>(
                                r ->
                                        done.accept(
                                                r.getIndex() < 0
                                                        ? new ReadIndex.NoLeader(r.getReason())
                                                        : new ReadIndex.Reach(
                                                                new LogIndex(r.getIndex()))),
                                reason -> done.accept(new ReadIndex.NoLeader(reason))));
    }

    @Override
    public void fetchCheckpoint(Member leader, Path into) throws IOException, InterruptedException {
        var stub = PeerGrpc.newBlockingStub(channels.to(leader.grpcAddress()));
        new CheckpointFetch(stub, group, into).run();
    }

    @Override
    public void forward(Member leader, Call call, int attempt) {
        streamTo(leader).send(call, attempt);
    }

    private synchronized ForwardStream streamTo(Member leader) {
        var stream = forwards;
        if (stream == null || !stream.isTo(leader) || stream.isBroken()) {
            if (stream != null) {
                stream.cut();
            }
            stream = new ForwardStream(group, leader, eventLoop);
            stream.open(PeerGrpc.newStub(channels.to(leader.grpcAddress())));
            forwards = stream;
        }
        return stream;
    }

    @Override
    public synchronized void leaderIs(@Nullable Member leader) {
        var stream = forwards;
        if (stream != null && leader != null && !stream.isTo(leader)) {
            stream.cut();
            forwards = null;
        }
    }

    @Override
    public void lease(
            Member leader, long lease, boolean renews, long deadline, Consumer<Answer> done) {
        var request =
                LeaseRequest.newBuilder().setGroup(group).setLease(lease).setRenew(renews).build();
        var timeout = Duration.ofNanos(Math.max(1, deadline - System.nanoTime()));
        stub(leader, timeout)
                .lease(
                        request,
                        new Single<>(
                                r -> done.accept(answer(r)),
                                reason -> done.accept(new Answer.NoLeader(reason))));
    }

    private static Answer answer(LeaseResponse response) {
        return switch (response.getState()) {
            case ALIVE ->
                    new Answer.Alive(response.getGrantedSeconds(), response.getRemainingSeconds());
            case NOT_FOUND -> new Answer.NotFound();
            case NO_LEADER, UNSPECIFIED, UNRECOGNIZED -> new Answer.NoLeader(response.getReason());
        };
    }

    @Override
    public void transfer(Member leader, @Nullable MemberId target, Duration timeout)
            throws LogOperationException {
        var request =
                PeerTransferRequest.newBuilder()
                        .setGroup(group)
                        .setTarget(target == null ? "" : target.toString())
                        .setTimeoutMillis(timeout.toMillis())
                        .build();
        check(() -> blockingStub(leader, timeout.plusSeconds(2)).transfer(request));
    }

    @Override
    public void change(
            Member leader, @Nullable Member add, @Nullable MemberId remove, Duration timeout)
            throws LogOperationException {
        var request =
                PeerChangeRequest.newBuilder()
                        .setGroup(group)
                        .setRemove(remove == null ? "" : remove.toString())
                        .setTimeoutMillis(timeout.toMillis());
        if (add != null) {
            request.setAdd(Wire.member(add));
        }
        var message = request.build();
        check(() -> blockingStub(leader, timeout.plusSeconds(2)).change(message));
    }

    private interface Operation {
        PeerOperationResponse run();
    }

    private static void check(Operation operation) throws LogOperationException {
        try {
            var response = operation.run();
            if (!response.getDone()) {
                throw new LogOperationException(
                        Kind.valueOf(response.getKind()), response.getMessage());
            }
        } catch (StatusRuntimeException e) {
            throw new LogOperationException(
                    Kind.FAILED, "the leader did not answer: " + e.getStatus());
        }
    }

    @Override
    public Optional<Report> report(Member member, Duration timeout) {
        try {
            var r =
                    blockingStub(member, timeout)
                            .report(ReportRequest.newBuilder().setGroup(group).build());
            return Optional.of(
                    new Report(
                            r.getRole(),
                            r.getTerm(),
                            r.getApplied(),
                            r.getCommitted(),
                            r.getVersion()));
        } catch (StatusRuntimeException e) {
            return Optional.empty();
        }
    }

    /// Ends waits for reconnection: a member that comes back is asked at once. Called every moment.
    public void reconnect() {
        channels.reconnect();
    }

    public void close() {
        synchronized (this) {
            if (forwards != null) {
                forwards.cut();
                forwards = null;
            }
        }
        channels.close();
    }

    /// The answer to a unary call, or why there is none.
    private record Single<T>(Consumer<T> answer, Consumer<String> failure)
            implements StreamObserver<T> {

        @Override
        public void onNext(T value) {
            answer.accept(value);
        }

        @Override
        public void onError(Throwable t) {
            failure.accept(String.valueOf(t.getMessage()));
        }

        @Override
        public void onCompleted() {
            // The answer came with onNext.
        }
    }
}
