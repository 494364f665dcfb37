package dev.mainstay.consensus.ratis;

import dev.mainstay.consensus.EntryCodec;
import dev.mainstay.consensus.LogIndex;
import dev.mainstay.consensus.LogPosition;
import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import dev.mainstay.consensus.Membership;
import dev.mainstay.consensus.StateMachine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.FileListSnapshotInfo;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;

/// Hands committed entries to the group's [StateMachine], and Ratis' events to [Events]; one for
/// each life of Ratis' server. Apply, flush and install run on Ratis' apply thread, the rest as
/// said in [Events].
final class ApplyBridge extends BaseStateMachine {

    /// What the rest of this package hears. Unless said otherwise the server's lock is held: answer
    /// at once.
    interface Events {

        /// Before the log is opened, on the starting thread.
        void opening() throws IOException;

        /// The request with this number has its place in the log now.
        void appended(RaftClientRequest request);

        /// Apply thread, no lock.
        void entryApplied(int bytes);

        void leaderChanged(@Nullable MemberId leader) throws IOException;

        /// Apply thread, no lock.
        void leadershipReady(long term);

        void leadershipLost();

        /// @param index of the entry
        /// @param isSettled no further step of the same change is to come
        void membershipChanged(Membership membership, long index, boolean isSettled);

        /// The log starts at `first` on the leader: a checkpoint is needed.
        CompletableFuture<TermIndex> install(Member leader, TermIndex first);

        /// Ratis goes on to install what the future of [#install] was completed with.
        void installing();

        /// A checkpoint was adopted and is not installed yet: nothing may be flushed or purged.
        boolean isInstallDue();

        /// On any thread.
        void failed(String reason, @Nullable Throwable cause);

        /// Ratis closed this member. `byElection`: an election said that it is no member.
        void closed(boolean byElection);
    }

    private final StateMachine machine;
    private final Events events;

    /// What the database contains durably. Written by the starting and the apply thread, read by
    /// Ratis' others.
    private volatile @Nullable SnapshotInfo latest;

    // Apply thread only.
    private long purgeable = -1;
    private long configurationTerm;
    private boolean readyIsDue;

    ApplyBridge(StateMachine machine, Events events) {
        this.machine = machine;
        this.events = events;
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId groupId, RaftStorage storage)
            throws IOException {
        super.initialize(server, groupId, storage);
        events.opening();
        if (events.isInstallDue()) {
            events.installing();
            machine.install();
        }
        OvertakenLog.reconcile(storage.getStorageDir().getCurrentDir().toPath(), machine.durable());
        getLifeCycle().startAndTransition(this::startAfterDurable);
    }

    /// Replay starts after the "latest snapshot": for Ratis, the database is the snapshot.
    private void startAfterDurable() {
        var durable = machine.durable();
        latest = snapshotInfo(durable);
        purgeable = Math.max(purgeable, durable.index().value());
        setLastAppliedTermIndex(
                latest == null ? TermIndex.INITIAL_VALUE : RaftNames.termIndex(durable));
    }

    private static @Nullable SnapshotInfo snapshotInfo(LogPosition durable) {
        return durable.index().equals(LogIndex.NONE)
                ? null
                : new FileListSnapshotInfo(List.of(), RaftNames.termIndex(durable));
    }

    @Override
    @SuppressWarnings("NullAway") // null is Ratis' word for "none"
    public SnapshotInfo getLatestSnapshot() {
        return latest;
    }

    @Override
    public TransactionContext preAppendTransaction(TransactionContext transaction) {
        // Never throws: the leader would step down.
        var request = transaction.getClientRequest();
        if (request != null) {
            events.appended(request);
        }
        return transaction;
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        // Synchronous on purpose. Ratis logs a future that completes exceptionally, counts the
        // entry as applied and goes on to the next one (StateMachineUpdater.applyLog), so this
        // member would diverge in silence. A throw from here stops the group instead.
        var log = Objects.requireNonNull(transaction.getLogEntry(), "an entry without its bytes");
        apply(log);
        updateLastAppliedTermIndex(log.getTerm(), log.getIndex());
        announceReady();
        // Verdicts are learnt in the own apply; a reply would stay in every member's retry cache.
        return CompletableFuture.completedFuture(Message.EMPTY);
    }

    private void apply(LogEntryProto log) {
        var at = new LogPosition(log.getTerm(), new LogIndex(log.getIndex()));
        try {
            // Copied: on followers the bytes lie in a network buffer that Ratis takes back.
            var bytes = log.getStateMachineLogEntry().getLogData().toByteArray();
            machine.apply(EntryCodec.decode(at, ByteBuffer.wrap(bytes)));
            events.entryApplied(bytes.length);
        } catch (RuntimeException | Error e) {
            events.failed("cannot apply the entry at index " + log.getIndex(), e);
            throw e;
        }
    }

    @Override
    public void notifyTermIndexUpdated(long term, long index) {
        // Ratis keeps configuration and metadata entries to itself. The committed index of a new
        // leader is such an entry: a strict read waits for it.
        updateLastAppliedTermIndex(term, index);
        machine.advancedTo(new LogPosition(term, new LogIndex(index)));
        announceReady();
    }

    @Override
    public long takeSnapshot() {
        if (events.isInstallDue() || getLastAppliedTermIndex().getIndex() < 0) {
            return purgeable;
        }
        try {
            var flushed = machine.flush(RaftNames.position(getLastAppliedTermIndex()));
            latest = snapshotInfo(flushed);
            // Never less than before: the division would close.
            purgeable = Math.max(purgeable, flushed.index().value());
            return purgeable;
        } catch (RuntimeException | Error e) {
            events.failed("cannot make the state durable", e);
            throw e;
        }
    }

    // --- installing a checkpoint

    @Override
    public CompletableFuture<TermIndex> notifyInstallSnapshotFromLeader(
            RoleInfoProto role, TermIndex first) {
        return events.install(
                RaftNames.member(role.getFollowerInfo().getLeaderInfo().getId()), first);
    }

    /// Only says so. With the base class's no-op the division would close, and the state cannot be
    /// touched here, beside the apply thread.
    @Override
    public void pause() {
        events.installing();
        getLifeCycle().transition(LifeCycle.State.PAUSING);
        getLifeCycle().transition(LifeCycle.State.PAUSED);
    }

    @Override
    public void reinitialize() {
        try {
            machine.install();
            getLifeCycle().startAndTransition(this::startAfterDurable);
        } catch (RuntimeException | Error e) {
            events.failed("cannot go on from the fetched checkpoint", e);
            throw e;
        }
    }

    // --- events

    @Override
    public void notifyLeaderChanged(RaftGroupMemberId self, RaftPeerId leader) {
        try {
            events.leaderChanged(RaftNames.memberId(leader));
        } catch (IOException e) {
            events.failed("cannot make the own vote durable", e);
        }
    }

    @Override
    public void notifyExtendedNoLeader(RoleInfoProto role) {
        try {
            events.leaderChanged(null);
        } catch (IOException e) {
            throw new AssertionError("nothing is written for no leader", e);
        }
    }

    @Override
    public void notifyConfigurationChanged(
            long term, long index, RaftConfigurationProto configuration) {
        configurationTerm = term;
        boolean isSettled =
                configuration.getOldPeersCount() == 0
                        && configuration.getPeersList().stream()
                                .allMatch(p -> p.getPriority() == 0);
        events.membershipChanged(RaftNames.membership(configuration), index, isSettled);
    }

    /// Comes between the two notifications of the leader's first entry, a configuration: announced
    /// once that entry counts as applied.
    @Override
    public void notifyLeaderReady() {
        readyIsDue = true;
    }

    private void announceReady() {
        if (readyIsDue) {
            readyIsDue = false;
            events.leadershipReady(configurationTerm);
        }
    }

    @Override
    public void notifyNotLeader(Collection<TransactionContext> pending) {
        events.leadershipLost();
    }

    @Override
    public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto entry) {
        events.failed("cannot write the log", cause);
    }

    @Override
    public void notifyServerShutdown(RoleInfoProto role, boolean allServer) {
        events.closed(!allServer);
    }
}
