package dev.mainstay.server.peer;

import com.google.protobuf.UnsafeByteOperations;
import dev.mainstay.consensus.Lost;
import dev.mainstay.consensus.Lost.Reason;
import dev.mainstay.consensus.Lost.Refused;
import dev.mainstay.consensus.Lost.Unknown;
import dev.mainstay.consensus.Member;
import dev.mainstay.server.gateway.Call;
import dev.mainstay.statemachine.command.TxnId;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Commands on their way to one leader, over one stream: what waits travels in one message.
///
/// The leader answers only what it lost; what was applied shows in this node's own apply. When the
/// stream breaks, nobody knows about the rest. Fields are touched by the event loop only, unless
/// they say otherwise.
final class ForwardStream implements ClientResponseObserver<ForwardRequest, ForwardResponse> {

    private static final int MESSAGE_COMMANDS_MAX = 512;
    private static final long MESSAGE_BYTES_MAX = 2L << 20;

    private record Sent(Call call, int attempt) {}

    private final long group;
    private final Member leader;
    private final Executor eventLoop;

    /// Any thread adds, the event loop takes.
    private final ConcurrentLinkedQueue<Sent> waiting = new ConcurrentLinkedQueue<>();

    private final AtomicBoolean isScheduled = new AtomicBoolean();
    private final Map<TxnId, Sent> outstanding = new HashMap<>();
    private int outstandingAtSweep = 1_024;
    private @Nullable ClientCallStreamObserver<ForwardRequest> requests;
    private volatile boolean isBroken; // volatile: read by whoever wants to send

    ForwardStream(long group, Member leader, Executor eventLoop) {
        this.group = group;
        this.leader = leader;
        this.eventLoop = eventLoop;
    }

    boolean isTo(Member member) {
        return leader.id().equals(member.id()) && leader.grpcAddress().equals(member.grpcAddress());
    }

    boolean isBroken() {
        return isBroken;
    }

    void open(PeerGrpc.PeerStub stub) {
        eventLoop.execute(() -> stub.forward(this));
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<ForwardRequest> stream) {
        requests = stream;
        stream.setOnReadyHandler(this::drain);
    }

    /// Any thread.
    void send(Call call, int attempt) {
        waiting.add(new Sent(call, attempt));
        if (isScheduled.compareAndSet(false, true)) {
            eventLoop.execute(this::drain);
        }
    }

    private void drain() {
        isScheduled.set(false);
        if (isBroken) {
            refuseWaiting();
            return;
        }
        while (requests != null && requests.isReady() && !waiting.isEmpty()) {
            requests.onNext(nextMessage());
        }
        sweep();
    }

    private ForwardRequest nextMessage() {
        var message = ForwardRequest.newBuilder().setGroup(group);
        long bytes = 0;
        while (message.getCommandsCount() < MESSAGE_COMMANDS_MAX && bytes < MESSAGE_BYTES_MAX) {
            var sent = waiting.poll();
            if (sent == null) {
                break;
            }
            var id = sent.call.id();
            outstanding.put(id, sent);
            bytes += sent.call.command().length;
            message.addCommands(
                    ForwardedCommand.newBuilder()
                            .setIdHigh(id.high())
                            .setIdLow(id.low())
                            .setCommand(UnsafeByteOperations.unsafeWrap(sent.call.command())));
        }
        return message.build();
    }

    /// Forgets the calls that were answered: nothing tells this stream of success.
    private void sweep() {
        if (outstanding.size() > outstandingAtSweep) {
            outstanding.values().removeIf(sent -> sent.call.isOver());
            outstandingAtSweep = Math.max(1_024, 2 * outstanding.size());
        }
    }

    @Override
    public void onNext(ForwardResponse response) {
        for (var lost : response.getLostList()) {
            var sent = outstanding.remove(new TxnId(lost.getIdHigh(), lost.getIdLow()));
            if (sent != null) {
                sent.call.lost(sent.attempt, lost(lost));
            }
        }
    }

    private static Lost lost(LostCommand lost) {
        // That the leader stops is no reason to give up here: there will be another one.
        var said = Reason.valueOf(lost.getReason());
        var reason = said == Reason.SHUTTING_DOWN ? Reason.NOT_LEADER : said;
        return lost.getUnknown() ? new Unknown(reason) : new Refused(reason, null);
    }

    @Override
    public void onError(Throwable t) {
        broken();
    }

    @Override
    public void onCompleted() {
        broken();
    }

    /// Any thread: the leader is another one now.
    void cut() {
        isBroken = true;
        eventLoop.execute(() -> {
            if (requests != null) {
                requests.cancel("another member leads", null);
            }
            broken();
        });
    }

    private void broken() {
        isBroken = true;
        var lost = new ArrayList<>(outstanding.values());
        outstanding.clear();
        lost.forEach(sent -> sent.call.lost(sent.attempt, new Unknown(Reason.NOT_LEADER)));
        refuseWaiting();
    }

    private void refuseWaiting() {
        for (var sent = waiting.poll(); sent != null; sent = waiting.poll()) {
            sent.call.lost(sent.attempt, new Refused(Reason.NOT_LEADER, null));
        }
    }
}
