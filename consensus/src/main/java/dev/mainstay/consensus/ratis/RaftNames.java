package dev.mainstay.consensus.ratis;

import dev.mainstay.consensus.LogIndex;
import dev.mainstay.consensus.LogPosition;
import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import dev.mainstay.consensus.Membership;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerProto;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.protocol.TermIndex;
import org.jspecify.annotations.Nullable;

/// Our values in Ratis' words and back.
///
/// A peer carries all of a member's addresses, so that whoever knows the configuration can reach
/// every port: address = Raft, client address = gRPC, admin address = HTTP, data stream address =
/// SQL (Ratis' own data streams are off).
final class RaftNames {

    /// Asked for with every answer to a client; a group has a handful of members in its life.
    private static final ConcurrentHashMap<RaftPeerId, MemberId> MEMBER_IDS =
            new ConcurrentHashMap<>();

    private RaftNames() {}

    static RaftPeer peer(Member member) {
        return RaftPeer.newBuilder()
                .setId(peerId(member.id()))
                .setAddress(member.raftAddress())
                .setClientAddress(member.grpcAddress())
                .setAdminAddress(member.httpAddress())
                .setDataStreamAddress(member.sqlAddress())
                .build();
    }

    static RaftPeerId peerId(MemberId id) {
        return RaftPeerId.valueOf(id.toString());
    }

    static MemberId memberId(RaftPeerId id) {
        return MEMBER_IDS.computeIfAbsent(id, known -> MemberId.parse(known.toString()));
    }

    static Member member(RaftPeer peer) {
        return new Member(
                memberId(peer.getId()),
                text(peer.getDataStreamAddress()),
                text(peer.getClientAddress()),
                text(peer.getAddress()),
                text(peer.getAdminAddress()));
    }

    static Member member(RaftPeerProto peer) {
        return new Member(
                MemberId.parse(peer.getId().toStringUtf8()),
                peer.getDataStreamAddress(),
                peer.getClientAddress(),
                peer.getAddress(),
                peer.getAdminAddress());
    }

    static Membership membership(RaftConfiguration configuration) {
        return new Membership(
                members(configuration.getCurrentPeers()),
                members(configuration.getPreviousPeers()));
    }

    static Membership membership(RaftConfigurationProto configuration) {
        return new Membership(
                configuration.getPeersList().stream().map(RaftNames::member).toList(),
                configuration.getOldPeersList().stream().map(RaftNames::member).toList());
    }

    static LogPosition position(TermIndex at) {
        return new LogPosition(at.getTerm(), index(at.getIndex()));
    }

    static TermIndex termIndex(LogPosition at) {
        return TermIndex.valueOf(at.term(), at.index().value());
    }

    /// Ratis says -1 for "none", and here and there less.
    static LogIndex index(long index) {
        return index < 0 ? LogIndex.NONE : new LogIndex(index);
    }

    private static List<Member> members(Collection<RaftPeer> peers) {
        return peers.stream().map(RaftNames::member).toList();
    }

    private static String text(@Nullable String address) {
        return address == null ? "" : address;
    }
}
