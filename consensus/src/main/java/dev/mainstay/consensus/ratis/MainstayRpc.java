package dev.mainstay.consensus.ratis;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.grpc.server.GrpcLogAppender;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;
import org.apache.ratis.server.raftlog.RaftLogIOException;

/// Ratis' gRPC transport with three things put right. Made by Ratis, by name; runs on its threads.
///
/// - A vote is durable before it is answered: Ratis renames `raft-meta` and never syncs the
///   directory, so after a power loss the previous vote could come back (and with it two leaders of
///   one term, and a read index that lies).
/// - A follower whose checkpoint ends right before the leader's first entry is not asked to install
///   one for ever (RATIS-2500).
/// - A commit is told to an idle follower at once if a peer waits for it, else with the next entry
///   or after a few milliseconds: as a message of its own it costs as much as an entry. Ratis
///   itself waits for the next heartbeat.
public final class MainstayRpc implements RpcType {

    static final String HOOKS = "mainstay.hooks";

    /// What the transport needs of the member it serves.
    interface Hooks {

        /// Makes the vote that was just given durable.
        void voted() throws IOException;

        /// A leader began to follow this follower's progress.
        void appending(FollowerInfo follower);

        /// Whether a peer waits for what is committed next.
        boolean isCommitAwaited();

        /// Whether the fixes to the appender are in force; tests show what happens without.
        boolean isAppenderFixed();
    }

    @Override
    public String name() {
        return MainstayRpc.class.getName();
    }

    @Override
    public RpcFactory newFactory(Parameters parameters) {
        return new Factory(parameters, parameters.getNonNull(HOOKS, Hooks.class));
    }

    private static final class Factory extends GrpcFactory {

        private final Hooks hooks;

        Factory(Parameters parameters, Hooks hooks) {
            super(parameters);
            this.hooks = hooks;
        }

        @Override
        public LogAppender newLogAppender(
                RaftServer.Division division, LeaderState leader, FollowerInfo follower) {
            hooks.appending(follower);
            return hooks.isAppenderFixed()
                    ? new Appender(division, leader, follower, hooks)
                    : super.newLogAppender(division, leader, follower);
        }

        @Override
        public GrpcServices newRaftServerRpc(RaftServer server) {
            // The delegate is handed to Ratis' services; what they return is not wrapped, because
            // the appender casts it.
            return super.newRaftServerRpc(withDurableVotes(server, hooks));
        }
    }

    private static RaftServer withDurableVotes(RaftServer server, Hooks hooks) {
        return (RaftServer)
                Proxy.newProxyInstance(
                        RaftServer.class.getClassLoader(),
                        new Class<?>[] {RaftServer.class},
                        (proxy, method, arguments) -> {
                            try {
                                var reply = method.invoke(server, arguments);
                                if (method.getName().equals("requestVote")) {
                                    hooks.voted();
                                }
                                return reply;
                            } catch (InvocationTargetException e) {
                                throw e.getCause() == null ? e : e.getCause();
                            }
                        });
    }

    /// Sends the log to one follower, on a thread of its own.
    private static final class Appender extends GrpcLogAppender {

        private static final long HOLD_MILLIS = 5;
        private static final long NOT_HELD = 0;

        private final Hooks hooks;
        private long told = -1;

        /// Since when a commit waits for an entry to travel with.
        private long heldSinceNanos = NOT_HELD;

        Appender(
                RaftServer.Division division,
                LeaderState leader,
                FollowerInfo follower,
                Hooks hooks) {
            super(division, leader, follower);
            this.hooks = hooks;
        }

        @Override
        public boolean shouldInstallSnapshot(boolean hasSnapshot) {
            var follower = getFollower();
            boolean hasThePrevious =
                    !getLeaderState().isFollowerBootstrapping(follower)
                            && follower.getNextIndex() == getRaftLog().getStartIndex()
                            && follower.getSnapshotIndex() + 1 == follower.getNextIndex();
            return super.shouldInstallSnapshot(hasSnapshot) && !hasThePrevious;
        }

        @Override
        public AppendEntriesRequestProto newAppendEntriesRequest(long callId, boolean heartbeat)
                throws RaftLogIOException {
            long known =
                    Math.min(getRaftLog().getLastCommittedIndex(), getFollower().getMatchIndex());
            boolean tells = !hasAppendEntries() && known > told && isDue();
            var request = super.newAppendEntriesRequest(callId, heartbeat || tells);
            if (request != null) {
                told = Math.max(told, known);
                heldSinceNanos = NOT_HELD;
            }
            return request;
        }

        @Override
        public long getWaitTimeMs() {
            long wait = super.getWaitTimeMs();
            return heldSinceNanos == NOT_HELD ? wait : Math.min(wait, HOLD_MILLIS);
        }

        private boolean isDue() {
            if (hooks.isCommitAwaited()) {
                return true;
            }
            long now = System.nanoTime();
            if (heldSinceNanos == NOT_HELD) {
                heldSinceNanos = now == NOT_HELD ? 1 : now;
                return false;
            }
            return now - heldSinceNanos >= HOLD_MILLIS * 1_000_000;
        }
    }
}
