package dev.mainstay.server.peer;

import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;

/// Our values as messages, and back.
final class Wire {

    private Wire() {}

    static PeerMember member(Member member) {
        return PeerMember.newBuilder()
                .setId(member.id().toString())
                .setSqlAddress(member.sqlAddress())
                .setGrpcAddress(member.grpcAddress())
                .setRaftAddress(member.raftAddress())
                .setHttpAddress(member.httpAddress())
                .build();
    }

    static Member member(PeerMember message) {
        return new Member(
                MemberId.parse(message.getId()),
                message.getSqlAddress(),
                message.getGrpcAddress(),
                message.getRaftAddress(),
                message.getHttpAddress());
    }
}
