package dev.mainstay.consensus;

import org.jspecify.annotations.Nullable;

/// How a member stands in its group, read at one moment; the parts are not one atomic picture.
///
/// @param isReady this member leads and has applied an entry of its own term
/// @param leader null when no leader is known
/// @param committed the highest index that this member knows to be committed
/// @param last the highest index in this member's own log
/// @param flushed the highest index of this member's own log that is on disk
public record Standing(
        MemberId self,
        Role role,
        long term,
        boolean isReady,
        @Nullable MemberId leader,
        LogIndex committed,
        LogIndex applied,
        LogIndex last,
        LogIndex flushed) {

    public boolean isLeader() {
        return role == Role.LEADER;
    }
}
