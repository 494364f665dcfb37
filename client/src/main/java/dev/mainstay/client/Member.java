package dev.mainstay.client;

import java.util.List;
import java.util.Locale;

/// One member of the database's group, as the asked node knows it.
///
/// @param name its name, which `remove` and `transferLeadership` take
/// @param id etcd's number for it
/// @param term Raft term it is in
/// @param applied log index that it has applied
/// @param lag log entries behind the leader's committed index
/// @param sqlAddress `host:port`, like the others
/// @param isPending announced, and not joined yet
/// @param version of its software
public record Member(
        String name,
        long id,
        Role role,
        long term,
        long applied,
        long lag,
        String sqlAddress,
        String grpcAddress,
        String raftAddress,
        String httpAddress,
        boolean isPending,
        String version) {

    public enum Role {
        LEADER,
        FOLLOWER,
        CANDIDATE,
        /// It did not answer.
        DOWN,
        /// One that this client does not know, such as a member that is joining.
        OTHER
    }

    static List<Member> of(List<dev.mainstay.client.proto.MemberStatus> wire) {
        return wire.stream().map(Member::of).toList();
    }

    private static Member of(dev.mainstay.client.proto.MemberStatus wire) {
        return new Member(
                wire.getName(),
                wire.getId(),
                role(wire.getRole()),
                wire.getTerm(),
                wire.getApplied(),
                wire.getLag(),
                wire.getSqlAddress(),
                wire.getGrpcAddress(),
                wire.getRaftAddress(),
                wire.getHttpAddress(),
                wire.getPending(),
                wire.getVersion());
    }

    private static Role role(String wire) {
        return switch (wire.toLowerCase(Locale.ROOT)) {
            case "leader" -> Role.LEADER;
            case "follower" -> Role.FOLLOWER;
            case "candidate" -> Role.CANDIDATE;
            case "down" -> Role.DOWN;
            default -> Role.OTHER;
        };
    }
}
