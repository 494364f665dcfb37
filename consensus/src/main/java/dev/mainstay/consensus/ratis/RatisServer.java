package dev.mainstay.consensus.ratis;

import dev.mainstay.consensus.CannotStartException;
import dev.mainstay.consensus.Identity;
import dev.mainstay.consensus.LogSettings;
import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import dev.mainstay.consensus.Membership;
import dev.mainstay.consensus.Role;
import dev.mainstay.consensus.Standing;
import dev.mainstay.consensus.StateMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage.StartupOption;
import org.apache.ratis.util.ExitUtils;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One life of Ratis' server in this process: built, started, asked, closed. Any thread.
final class RatisServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RatisServer.class);

    /// Everything that a life is made from; the same for each life of a process.
    record Plan(LogSettings settings, Identity identity, StateMachine machine, Seams seams) {

        RaftGroupId groupId() {
            return RaftGroupId.valueOf(identity.groupUuid());
        }

        RaftPeerId peerId() {
            return RaftNames.peerId(identity.member());
        }
    }

    private record Seen(RaftConfiguration configuration, Membership membership) {}

    final ClientId client = ClientId.randomId();
    final RaftGroupId groupId;
    final RaftPeerId peerId;

    private final MemberId self;
    private final RaftServer server;
    private final RaftServer.Division division;

    /// A translation kept as long as Ratis' configuration object is the same; may be lost.
    private volatile @Nullable Seen seen;

    /// Where this life of the server looks for the others: what it heard first of each.
    private final ConcurrentHashMap<MemberId, String> addresses = new ConcurrentHashMap<>();

    /// Set before this side closes the server: what Ratis says about it afterwards is no news.
    private volatile boolean isClosing;

    private final KeptFile vote;

    private RatisServer(
            Plan plan, List<Member> first, RaftServer server, RaftServer.Division division) {
        this.groupId = plan.groupId();
        this.peerId = plan.peerId();
        this.self = plan.identity().member();
        this.server = server;
        this.division = division;
        this.vote = KeptFile.vote(plan.identity());
        first.forEach(this::talksTo);
        membership().voters().forEach(this::talksTo);
    }

    /// Whom Ratis hears of before it reads the log: the voters that were applied last, or the
    /// founders, or nobody for a member that waits to be added.
    ///
    /// They may be older than the newest ones in the log, and newer than the founders. Ratis falls
    /// back to them whenever it takes configurations back, and it does so for a moment while a
    /// checkpoint is on its way: an empty group would then tell the member that it was removed. A
    /// group without the member itself is none to start with: it was being added when it stopped,
    /// had applied older entries only, and waits again.
    private static List<Member> lastApplied(Plan plan) {
        var file = plan.identity().currentDirectory().resolve("raft-meta.conf");
        if (!Files.exists(file)) {
            return plan.identity().founders();
        }
        try {
            var entry = LogEntryProto.parseFrom(Files.readAllBytes(file));
            if (!entry.hasConfigurationEntry()) {
                return plan.identity().founders();
            }
            var voters = RaftNames.membership(entry.getConfigurationEntry()).voters();
            var self = plan.identity().member();
            return voters.stream().anyMatch(voter -> voter.id().equals(self)) ? voters : List.of();
        } catch (IOException | IllegalArgumentException e) {
            // Ratis, too, goes on without.
            LOG.warn("{} cannot be read", file, e);
            return plan.identity().founders();
        }
    }

    /// Whether messages to `member` go to its present Raft address.
    boolean talksTo(Member member) {
        var first = addresses.putIfAbsent(member.id(), member.raftAddress());
        return first == null || first.equals(member.raftAddress());
    }

    /// Returns once the group takes part (or waits to be added).
    static RatisServer start(Plan plan, ApplyBridge.Events events, MainstayRpc.Hooks hooks)
            throws CannotStartException {
        // A taken port would otherwise end the process with no word of ours (GrpcServicesImpl).
        ExitUtils.disableSystemExit();
        RaftServer server = null;
        try {
            for (var file : KeptFile.all(plan.identity())) {
                file.restore();
            }
            TornTail.check(plan.identity().logDirectory());
            var first = lastApplied(plan);
            server = build(plan, first, events, hooks);
            server.start();
            var division = server.getDivision(plan.groupId());
            return new RatisServer(plan, first, server, division);
        } catch (IOException | RuntimeException | AssertionError e) {
            closeQuietly(server);
            ExitUtils.clear();
            throw new CannotStartException(
                    "cannot start " + plan.identity().member() + ": " + reason(e), e);
        }
    }

    private static RaftServer build(
            Plan plan, List<Member> first, ApplyBridge.Events events, MainstayRpc.Hooks hooks)
            throws IOException {
        var parameters = new Parameters();
        parameters.put(MainstayRpc.HOOKS, hooks, MainstayRpc.Hooks.class);
        plan.seams().transport().accept(parameters);
        var peers = first.stream().map(RaftNames::peer).toList();
        return RaftServer.newBuilder()
                .setServerId(plan.peerId())
                .setGroup(RaftGroup.valueOf(plan.groupId(), peers))
                .setProperties(
                        RatisProperties.of(
                                plan.settings(),
                                plan.identity().raftDirectory(),
                                plan.seams().properties()))
                .setParameters(parameters)
                .setOption(plan.identity().hasLog() ? StartupOption.RECOVER : StartupOption.FORMAT)
                .setStateMachineRegistry(id -> new ApplyBridge(plan.machine(), events))
                .build();
    }

    /// The innermost cause: Ratis wraps what went wrong in several layers.
    private static String reason(Throwable e) {
        var cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        var text = cause.getMessage();
        return cause.getClass().getSimpleName() + (text == null ? "" : ": " + text);
    }

    RaftServer server() {
        return server;
    }

    RaftServer.Division division() {
        return division;
    }

    boolean isRunning() {
        return division.getInfo().getLifeCycleState() == LifeCycle.State.RUNNING;
    }

    boolean isClosing() {
        return isClosing;
    }

    /// Ratis closed the group, and nobody here asked for it.
    boolean isDead() {
        var state = division.getInfo().getLifeCycleState();
        return !isClosing && (state.isClosingOrClosed() || state == LifeCycle.State.EXCEPTION);
    }

    long term() {
        return division.getInfo().getCurrentTerm();
    }

    Membership membership() {
        var configuration = division.getRaftConf();
        var known = seen;
        if (known == null || !known.configuration.equals(configuration)) {
            known = new Seen(configuration, RaftNames.membership(configuration));
            seen = known;
        }
        return known.membership;
    }

    @Nullable MemberId leaderId() {
        var id = division.getInfo().getLeaderId();
        return id == null ? null : RaftNames.memberId(id);
    }

    @Nullable Member leader() {
        var id = leaderId();
        return id == null ? null : membership().find(id).orElse(null);
    }

    Standing standing() {
        var info = division.getInfo();
        var log = division.getRaftLog();
        // The term is read before the life: an answer given while running is not that of a past
        // life, and never the 0 of a member that has not loaded its vote yet.
        long term = info.getCurrentTerm();
        return new Standing(
                self,
                role(),
                term,
                info.isLeader() && info.isLeaderReady(),
                leaderId(),
                RaftNames.index(log.getLastCommittedIndex()),
                RaftNames.index(info.getLastAppliedIndex()),
                RaftNames.index(lastIndex()),
                RaftNames.index(log.getFlushIndex()));
    }

    /// The end of the own log; of a log that has just been closed, what is on disk of it. Ratis
    /// throws then, and it may be closed at any moment, by a rebuild as by Ratis itself.
    long lastIndex() {
        var log = division.getRaftLog();
        try {
            return log.getNextIndex() - 1;
        } catch (IllegalStateException e) {
            LOG.debug("the log is closed", e);
            return log.getFlushIndex();
        }
    }

    /// A candidate that has not written the vote for itself: it stays one, and nobody hears of it,
    /// if it could not.
    boolean isVoteUnwritten() throws IOException {
        return role() == Role.CANDIDATE && vote.number() < term();
    }

    private Role role() {
        var info = division.getInfo();
        return switch (info.getLifeCycleState()) {
            case RUNNING ->
                    switch (info.getCurrentRole()) {
                        case LEADER -> Role.LEADER;
                        case CANDIDATE -> Role.CANDIDATE;
                        case FOLLOWER, LISTENER -> Role.FOLLOWER;
                        case UNRECOGNIZED -> Role.STOPPED;
                    };
            case STARTING -> Role.JOINING;
            case NEW, PAUSING, PAUSED, EXCEPTION, CLOSING, CLOSED -> Role.STOPPED;
        };
    }

    /// The present voters, in Ratis' words.
    List<RaftPeer> voters() {
        return List.copyOf(division.getRaftConf().getCurrentPeers());
    }

    CompletableFuture<RaftClientReply> submit(RaftClientRequest request) throws IOException {
        // The server hands it to a thread of a pool and waits for that thread; the division, which
        // is what then carries it out, does so on ours.
        return division() instanceof RaftClientAsynchronousProtocol direct
                ? direct.submitClientRequestAsync(request)
                : server.submitClientRequestAsync(request);
    }

    /// Waits until everything committed is applied.
    @Override
    public void close() {
        isClosing = true;
        closeQuietly(server);
    }

    private static void closeQuietly(@Nullable RaftServer server) {
        if (server == null) {
            return;
        }
        try {
            server.close();
        } catch (IOException | RuntimeException e) {
            LOG.warn("closing the log's server failed", e);
        }
    }
}
