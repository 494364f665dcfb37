package dev.mainstay.server.gateway;

import dev.mainstay.consensus.LogOperationException;
import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The group's members, and changes to them, from any node. All methods but [#list] block.
public interface Members {

    /// Voters, then members that were announced and have not joined yet (empty name).
    List<MemberView> list();

    /// What the other members say of themselves now; those that do not answer are `down`.
    List<MemberReport> ask(Duration timeout) throws InterruptedException;

    void transferLeadership(@Nullable MemberId target, Duration timeout)
            throws LogOperationException, InterruptedException;

    /// Adds and removes in one change; either may be null.
    void change(@Nullable Member add, @Nullable MemberId remove, Duration timeout)
            throws LogOperationException, InterruptedException;

    /// Announces a member that will join with one of these peer URLs; returns its number.
    MemberView announce(List<String> peerUrls) throws LogOperationException, InterruptedException;

    /// Removes a voter or forgets an announced member.
    void remove(long number, Duration timeout) throws LogOperationException, InterruptedException;

    /// Changes the peer URLs of a voter (its Raft address) or of an announced member.
    void update(long number, List<String> peerUrls)
            throws LogOperationException, InterruptedException;

    /// @param number etcd's member id
    /// @param name empty for a member that has not joined yet
    /// @param member null for a member that has not joined yet
    record MemberView(
            long number,
            String name,
            List<String> peerUrls,
            List<String> clientUrls,
            @Nullable Member member) {}

    /// @param role leader, follower, candidate, joining or down
    /// @param lag entries behind the leader's committed index
    record MemberReport(
            Member member, String role, long term, long applied, long lag, String version) {}
}
