package dev.mainstay.consensus.ratis;

import dev.mainstay.consensus.LogIndex;
import dev.mainstay.consensus.LogOperationException;
import dev.mainstay.consensus.LogOperationException.Kind;
import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.SetConfigurationRequest.Arguments;
import org.apache.ratis.protocol.SetConfigurationRequest.Mode;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.jspecify.annotations.Nullable;

/// Who leads and who votes, changed on the leader. Every method blocks its caller.
final class GroupChanges {

    private static final Duration TRANSFER_TIMEOUT = Duration.ofSeconds(5);

    private final Function<MemberId, LogIndex> matchIndex;

    /// @param matchIndex how far a voter's log reaches, as this leader knows
    GroupChanges(Function<MemberId, LogIndex> matchIndex) {
        this.matchIndex = matchIndex;
    }

    void transfer(RatisServer server, @Nullable MemberId target, Duration timeout)
            throws LogOperationException, InterruptedException {
        requireLeader(server);
        var to = target == null ? furthest(server) : RaftNames.peerId(target);
        if (to.equals(server.peerId)) {
            return;
        }
        if (server.voters().stream().noneMatch(voter -> voter.getId().equals(to))) {
            throw new LogOperationException(Kind.NO_SUCH_MEMBER, to + " is no voter of the group");
        }
        Requests.await(
                () ->
                        server.server()
                                .transferLeadershipAsync(
                                        new TransferLeadershipRequest(
                                                server.client,
                                                server.peerId,
                                                server.groupId,
                                                Requests.nextCall(),
                                                to,
                                                timeout.toMillis())),
                timeout);
    }

    /// Only gives leadership up; works even while the log's disk hangs.
    void stepDown(RatisServer server) throws LogOperationException, InterruptedException {
        Requests.await(
                () ->
                        server.server()
                                .transferLeadershipAsync(
                                        new TransferLeadershipRequest(
                                                server.client,
                                                server.peerId,
                                                server.groupId,
                                                Requests.nextCall(),
                                                null,
                                                TRANSFER_TIMEOUT.toMillis())),
                TRANSFER_TIMEOUT);
    }

    private RaftPeerId furthest(RatisServer server) throws LogOperationException {
        return server.voters().stream()
                .map(RaftPeer::getId)
                .filter(id -> !id.equals(server.peerId))
                .max(Comparator.comparing(id -> matchIndex.apply(RaftNames.memberId(id))))
                .orElseThrow(() ->
                        new LogOperationException(Kind.NO_SUCH_MEMBER, "there is no other voter"));
    }

    /// One joint change. `add` with the id of the removed voter changes that voter's addresses. One
    /// at a time: Ratis compares ids when it replaces a configuration, and no addresses.
    synchronized void change(
            RatisServer server, @Nullable Member add, @Nullable MemberId remove, Duration timeout)
            throws LogOperationException, InterruptedException {
        requireLeader(server);
        var present = server.voters();
        var next = next(present, add, remove);
        if (remove != null
                && RaftNames.peerId(remove).equals(server.peerId)
                && (add == null || !add.id().equals(remove))) {
            // A leader that removes itself costs the group an election timeout.
            transfer(server, null, timeout);
            throw new LogOperationException(
                    Kind.NOT_LEADER,
                    "leadership was handed over so that " + remove + " can go: ask the new leader");
        }
        if (add != null && add.id().equals(remove)) {
            // Other addresses alone are no change to Ratis, other priorities are. With a higher one
            // for the leader nobody else is called to lead; the second change takes it back.
            set(server, present, preferring(server.peerId, next), timeout);
        }
        set(server, present, next, timeout);
    }

    private static List<RaftPeer> preferring(RaftPeerId leader, List<RaftPeer> peers) {
        return peers.stream()
                .map(peer -> peer.getId().equals(leader) ? withPriority(peer, 1) : peer)
                .toList();
    }

    private static RaftPeer withPriority(RaftPeer peer, int priority) {
        return RaftPeer.newBuilder(peer).setPriority(priority).build();
    }

    private static void set(
            RatisServer server, List<RaftPeer> present, List<RaftPeer> next, Duration timeout)
            throws LogOperationException, InterruptedException {
        var arguments =
                Arguments.newBuilder()
                        .setMode(Mode.COMPARE_AND_SET)
                        .setServersInCurrentConf(present)
                        .setServersInNewConf(next)
                        .build();
        Requests.await(
                () ->
                        server.server()
                                .setConfigurationAsync(
                                        new SetConfigurationRequest(
                                                server.client,
                                                server.peerId,
                                                server.groupId,
                                                Requests.nextCall(),
                                                arguments)),
                timeout);
    }

    private static List<RaftPeer> next(
            List<RaftPeer> present, @Nullable Member add, @Nullable MemberId remove)
            throws LogOperationException {
        var next = new ArrayList<RaftPeer>();
        // A change of addresses that broke off half-way has left a priority.
        present.forEach(peer -> next.add(withPriority(peer, 0)));
        if (remove != null) {
            var gone = RaftNames.peerId(remove);
            if (!next.removeIf(peer -> peer.getId().equals(gone))) {
                throw new LogOperationException(
                        Kind.NO_SUCH_MEMBER, remove + " is no voter of the group");
            }
        }
        if (add != null) {
            var fresh = RaftNames.peerId(add.id());
            if (next.stream().anyMatch(peer -> peer.getId().equals(fresh))) {
                throw new LogOperationException(
                        Kind.ALREADY_A_MEMBER, add.id() + " is a voter already");
            }
            next.add(RaftNames.peer(add));
        }
        if (next.isEmpty()) {
            throw new LogOperationException(Kind.FAILED, "the last voter cannot be removed");
        }
        return next;
    }

    private static void requireLeader(RatisServer server) throws LogOperationException {
        if (!server.division().getInfo().isLeader()) {
            throw new LogOperationException(Kind.NOT_LEADER, "this member does not lead");
        }
    }
}
