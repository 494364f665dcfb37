package dev.mainstay.server.peer;

import dev.mainstay.consensus.LogOperationException;
import dev.mainstay.consensus.LogOperationException.Kind;
import dev.mainstay.consensus.Lost;
import dev.mainstay.consensus.Lost.Refused;
import dev.mainstay.consensus.Lost.Unknown;
import dev.mainstay.consensus.MemberId;
import dev.mainstay.consensus.ReadIndex;
import dev.mainstay.consensus.ReplicatedLog;
import dev.mainstay.consensus.Role;
import dev.mainstay.server.gateway.GroupGateway;
import dev.mainstay.server.gateway.Growth;
import dev.mainstay.server.gateway.Leases.Answer;
import dev.mainstay.statemachine.command.CommandCodec;
import dev.mainstay.statemachine.mvcc.MalformedBytesException;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// What this member answers to the others. Event loop; what blocks goes to the storage threads.
public final class PeerService extends PeerGrpc.PeerImplBase {

    private static final Status FOREIGN =
            Status.FAILED_PRECONDITION.withDescription("this node belongs to another group");

    private final long group;
    private final ReplicatedLog log;
    private final GroupGateway gateway;
    private final CheckpointShelf shelf;
    private final Executor eventLoop;

    public PeerService(
            long group,
            ReplicatedLog log,
            GroupGateway gateway,
            CheckpointShelf shelf,
            Executor eventLoop) {
        this.group = group;
        this.log = log;
        this.gateway = gateway;
        this.shelf = shelf;
        this.eventLoop = eventLoop;
    }

    private boolean isForeign(long asked, StreamObserver<?> answer) {
        if (asked == group) {
            return false;
        }
        answer.onError(FOREIGN.asRuntimeException());
        return true;
    }

    /// Event loop, like the cancellation of a call: nobody is answered who has gone.
    private static <T> void answer(StreamObserver<T> observer, T value) {
        if (isCancelled(observer)) {
            return;
        }
        observer.onNext(value);
        observer.onCompleted();
    }

    private static boolean isCancelled(StreamObserver<?> observer) {
        return observer instanceof ServerCallStreamObserver<?> call && call.isCancelled();
    }

    @Override
    public void term(TermRequest request, StreamObserver<TermResponse> answer) {
        if (isForeign(request.getGroup(), answer)) {
            return;
        }
        // Read now, after the question has come: that is what makes the answer a proof.
        var standing = log.standing();
        if (standing.role() == Role.STOPPED || standing.role() == Role.JOINING) {
            answer.onError(
                    Status.UNAVAILABLE
                            .withDescription("the group is not running here")
                            .asRuntimeException());
            return;
        }
        answer(answer, TermResponse.newBuilder().setTerm(standing.term()).build());
    }

    @Override
    public void readIndex(ReadIndexRequest request, StreamObserver<ReadIndexResponse> answer) {
        if (isForeign(request.getGroup(), answer)) {
            return;
        }
        // Never passed on: two members that take each other for the leader would ask for ever.
        log.commitAwaited();
        log.readIndexHere(result -> {
            var response = ReadIndexResponse.newBuilder();
            switch (result) {
                case ReadIndex.Reach(var index) -> response.setIndex(index.value());
                case ReadIndex.NoLeader(var reason) -> response.setIndex(-1).setReason(reason);
            }
            eventLoop.execute(() -> answer(answer, response.build()));
        });
    }

    @Override
    public StreamObserver<ForwardRequest> forward(StreamObserver<ForwardResponse> answer) {
        var back = new LostCommands((ServerCallStreamObserver<ForwardResponse>) answer, eventLoop);
        return new StreamObserver<>() {
            @Override
            public void onNext(ForwardRequest request) {
                if (request.getGroup() != group) {
                    back.end(FOREIGN);
                }
                log.commitAwaited();
                for (var command : request.getCommandsList()) {
                    propose(command, back);
                }
            }

            @Override
            public void onError(Throwable t) {
                // The sender went away; what is in the log takes its course.
            }

            @Override
            public void onCompleted() {
                back.end(Status.OK);
            }
        };
    }

    /// What is in the log must be readable for every member, so it is read here first.
    private void propose(ForwardedCommand forwarded, LostCommands back) {
        if (back.isOver) {
            return;
        }
        var bytes = forwarded.getCommand().toByteArray();
        Consumer<Lost> lost = how -> back.add(lostCommand(forwarded, how));
        try {
            if (Growth.isGrowth(CommandCodec.decode(ByteBuffer.wrap(bytes)))) {
                log.propose(bytes, lost);
            } else {
                log.proposeFreeing(bytes, lost);
            }
        } catch (MalformedBytesException e) {
            back.end(Status.INVALID_ARGUMENT.withDescription("not a command: " + e.getMessage()));
        }
    }

    private static LostCommand lostCommand(ForwardedCommand command, Lost lost) {
        var message =
                LostCommand.newBuilder()
                        .setIdHigh(command.getIdHigh())
                        .setIdLow(command.getIdLow());
        return switch (lost) {
            case Refused(var reason, _) -> message.setReason(reason.name()).build();
            case Unknown(var reason) -> message.setUnknown(true).setReason(reason.name()).build();
        };
    }

    /// Lost commands on their way back: any thread adds, the event loop sends and ends.
    private static final class LostCommands {
        private final ConcurrentLinkedQueue<LostCommand> waiting = new ConcurrentLinkedQueue<>();
        private final AtomicBoolean isScheduled = new AtomicBoolean();
        private final ServerCallStreamObserver<ForwardResponse> answer;
        private final Executor eventLoop;
        private boolean isOver;

        LostCommands(ServerCallStreamObserver<ForwardResponse> answer, Executor eventLoop) {
            this.answer = answer;
            this.eventLoop = eventLoop;
            // Without a handler a stream that was cancelled would throw at the next answer.
            answer.setOnCancelHandler(() -> {});
        }

        void add(LostCommand lost) {
            waiting.add(lost);
            if (isScheduled.compareAndSet(false, true)) {
                eventLoop.execute(this::send);
            }
        }

        private void send() {
            isScheduled.set(false);
            var message = ForwardResponse.newBuilder();
            for (var lost = waiting.poll(); lost != null; lost = waiting.poll()) {
                message.addLost(lost);
            }
            if (!isOver && !answer.isCancelled() && message.getLostCount() > 0) {
                answer.onNext(message.build());
            }
        }

        void end(Status how) {
            if (isOver || answer.isCancelled()) {
                return;
            }
            isOver = true;
            if (how.isOk()) {
                answer.onCompleted();
            } else {
                answer.onError(how.asRuntimeException());
            }
        }
    }

    @Override
    public void lease(LeaseRequest request, StreamObserver<LeaseResponse> answer) {
        if (isForeign(request.getGroup(), answer)) {
            return;
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        gateway.leases()
                .askHere(
                        request.getLease(),
                        request.getRenew(),
                        deadline,
                        found -> eventLoop.execute(() -> answer(answer, response(found))));
    }

    private static LeaseResponse response(Answer found) {
        return switch (found) {
            case Answer.Alive(var granted, var remaining) ->
                    LeaseResponse.newBuilder()
                            .setState(LeaseResponse.State.ALIVE)
                            .setGrantedSeconds(granted)
                            .setRemainingSeconds(remaining)
                            .build();
            case Answer.NotFound() ->
                    LeaseResponse.newBuilder().setState(LeaseResponse.State.NOT_FOUND).build();
            case Answer.NoLeader(var reason) ->
                    LeaseResponse.newBuilder()
                            .setState(LeaseResponse.State.NO_LEADER)
                            .setReason(reason)
                            .build();
        };
    }

    @Override
    public void report(ReportRequest request, StreamObserver<ReportResponse> answer) {
        if (isForeign(request.getGroup(), answer)) {
            return;
        }
        var own = gateway.members().own();
        answer(
                answer,
                ReportResponse.newBuilder()
                        .setRole(own.role())
                        .setTerm(own.term())
                        .setApplied(own.applied())
                        .setCommitted(own.committed())
                        .setVersion(own.version())
                        .build());
    }

    private interface Operation {
        void run() throws LogOperationException, InterruptedException;
    }

    @Override
    public void transfer(
            PeerTransferRequest request, StreamObserver<PeerOperationResponse> answer) {
        if (isForeign(request.getGroup(), answer)) {
            return;
        }
        var target = request.getTarget();
        var timeout = Duration.ofMillis(request.getTimeoutMillis());
        operate(
                () ->
                        log.transferLeadership(
                                target.isEmpty() ? null : MemberId.parse(target), timeout),
                answer);
    }

    @Override
    public void change(PeerChangeRequest request, StreamObserver<PeerOperationResponse> answer) {
        if (isForeign(request.getGroup(), answer)) {
            return;
        }
        var timeout = Duration.ofMillis(request.getTimeoutMillis());
        operate(
                () ->
                        log.changeMembers(
                                request.hasAdd() ? Wire.member(request.getAdd()) : null,
                                request.getRemove().isEmpty()
                                        ? null
                                        : MemberId.parse(request.getRemove()),
                                timeout),
                answer);
    }

    private void operate(Operation operation, StreamObserver<PeerOperationResponse> answer) {
        // Minutes at worst: a thread of its own.
        Thread.ofVirtual()
                .name("membership")
                .start(() -> {
                    var response = PeerOperationResponse.newBuilder();
                    try {
                        operation.run();
                        response.setDone(true);
                    } catch (LogOperationException e) {
                        response.setKind(e.kind().name())
                                .setMessage(String.valueOf(e.getMessage()));
                    } catch (InterruptedException e) {
                        response.setKind(Kind.FAILED.name()).setMessage("interrupted");
                    } catch (IllegalArgumentException e) {
                        // An id or address that is none.
                        response.setKind(Kind.FAILED.name())
                                .setMessage(String.valueOf(e.getMessage()));
                    }
                    eventLoop.execute(() -> answer(answer, response.build()));
                });
    }

    @Override
    public void openCheckpoint(
            OpenCheckpointRequest request, StreamObserver<OpenCheckpointResponse> answer) {
        if (isForeign(request.getGroup(), answer)) {
            return;
        }
        gateway.storageThreads()
                .execute(() -> {
                    try {
                        var opened = shelf.open(request.getCheckpoint());
                        eventLoop.execute(() -> answer(answer, opened));
                    } catch (IOException e) {
                        fail(answer, e);
                    }
                });
    }

    @Override
    public void readCheckpoint(
            ReadCheckpointRequest request, StreamObserver<CheckpointChunk> answer) {
        shelf.read(request, (ServerCallStreamObserver<CheckpointChunk>) answer);
    }

    @Override
    public void closeCheckpoint(
            CloseCheckpointRequest request, StreamObserver<CloseCheckpointResponse> answer) {
        gateway.storageThreads()
                .execute(() -> {
                    try {
                        shelf.close(request.getCheckpoint());
                        eventLoop.execute(
                                () -> answer(answer, CloseCheckpointResponse.getDefaultInstance()));
                    } catch (IOException e) {
                        fail(answer, e);
                    }
                });
    }

    private void fail(StreamObserver<?> answer, IOException e) {
        var status = Status.INTERNAL.withDescription(String.valueOf(e.getMessage()));
        eventLoop.execute(() -> {
            if (!isCancelled(answer)) {
                answer.onError(status.asRuntimeException());
            }
        });
    }
}
