package dev.mainstay.consensus.ratis;

import dev.mainstay.consensus.GroupCommit;
import dev.mainstay.consensus.Lost;
import dev.mainstay.consensus.Lost.Reason;
import dev.mainstay.consensus.Lost.Refused;
import dev.mainstay.consensus.Lost.Unknown;
import dev.mainstay.consensus.MemberId;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.protocol.exceptions.ResourceUnavailableException;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.jspecify.annotations.Nullable;

/// Entries on their way through Ratis. [#append] runs on the proposer's thread, fates arrive on
/// Ratis'.
///
/// `NotLeaderException` says nothing about what becomes of an entry: Ratis gives it before the
/// append, and also at step-down for entries that are in the log and may commit later. So each
/// proposal has a flag, set under Ratis' log lock when the entry gets its place: without it the
/// entry is certainly not in the log, with it nobody knows.
final class Proposals implements GroupCommit.Appender {

    private static final class Proposal {

        private final GroupCommit.Fate fate;

        /// Written under Ratis' lock, read by whatever thread brings the fate.
        private volatile boolean isAppended;

        Proposal(GroupCommit.Fate fate) {
            this.fate = fate;
        }
    }

    private final Supplier<@Nullable RatisServer> current;
    private final Refusals refusals;
    private final AtomicLong calls = new AtomicLong();
    private final ConcurrentMap<Long, Proposal> pending = new ConcurrentHashMap<>();

    /// Why this member takes no proposals now, whatever its role.
    interface Refusals {

        /// @param frees whether the proposal serves to free space
        @Nullable Reason reason(boolean frees);
    }

    Proposals(Supplier<@Nullable RatisServer> current, Refusals refusals) {
        this.current = current;
        this.refusals = refusals;
    }

    @Override
    public @Nullable Refused refusal(boolean frees) {
        var reason = refusals.reason(frees);
        if (reason != null) {
            return new Refused(reason, null);
        }
        var server = current.get();
        if (server == null || !server.isRunning()) {
            return new Refused(Reason.NOT_LEADER, null);
        }
        var info = server.division().getInfo();
        if (info.isLeader() && info.isLeaderReady()) {
            return null;
        }
        return new Refused(Reason.NOT_LEADER, info.isLeader() ? null : server.leaderId());
    }

    @Override
    public long term() {
        var server = current.get();
        return server == null ? -1 : server.term();
    }

    @Override
    public void append(byte[] entry, GroupCommit.Fate fate) {
        var server = current.get();
        if (server == null) {
            fate.lost(new Refused(Reason.NOT_LEADER, null));
            return;
        }
        long call = calls.incrementAndGet();
        pending.put(call, new Proposal(fate));
        try {
            var _ =
                    server.submit(request(server, call, entry))
                            .whenComplete((reply, failure) -> settle(call, reply, failure));
        } catch (IOException | RuntimeException e) {
            settle(call, null, e);
        }
    }

    private static RaftClientRequest request(RatisServer server, long call, byte[] entry) {
        return RaftClientRequest.newBuilder()
                .setClientId(server.client)
                .setServerId(server.peerId)
                .setGroupId(server.groupId)
                .setCallId(call)
                .setMessage(Message.valueOf(UnsafeByteOperations.unsafeWrap(entry)))
                .setType(RaftClientRequest.writeRequestType())
                .build();
    }

    /// See [ApplyBridge.Events#appended].
    void appended(RaftClientRequest request) {
        var proposal = pending.get(request.getCallId());
        if (proposal != null) {
            proposal.isAppended = true;
        }
    }

    private void settle(long call, @Nullable RaftClientReply reply, @Nullable Throwable failure) {
        var proposal = pending.remove(call);
        if (proposal == null) {
            return;
        }
        if (reply != null && reply.isSuccess()) {
            proposal.fate.applied();
            return;
        }
        var cause = failure == null && reply != null ? reply.getException() : failure;
        proposal.fate.lost(lost(proposal.isAppended, cause));
    }

    private Lost lost(boolean isAppended, @Nullable Throwable failure) {
        var cause = failure instanceof CompletionException ? failure.getCause() : failure;
        var closing = refusals.reason(true) == Reason.SHUTTING_DOWN;
        var reason =
                cause instanceof ResourceUnavailableException
                        ? Reason.QUEUE_FULL
                        : closing ? Reason.SHUTTING_DOWN : Reason.NOT_LEADER;
        return isAppended ? new Unknown(reason) : new Refused(reason, suggested(cause));
    }

    private static @Nullable MemberId suggested(@Nullable Throwable cause) {
        var leader =
                cause instanceof NotLeaderException notLeader
                        ? notLeader.getSuggestedLeader()
                        : null;
        return leader == null ? null : RaftNames.memberId(leader.getId());
    }
}
