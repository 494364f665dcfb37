package dev.mainstay.server.cli;

import dev.mainstay.consensus.Member;
import dev.mainstay.consensus.MemberId;
import java.util.List;

/// What a member that has no data yet is told about its group.
///
/// @param group the group's number, never 0
/// @param members the first voters; empty for a member that joins a running group
public record Bootstrap(long group, MemberId self, List<Member> members) {

    public Bootstrap {
        members = List.copyOf(members);
        if (group == 0) {
            throw new IllegalArgumentException("a group's number is not 0");
        }
    }
}
