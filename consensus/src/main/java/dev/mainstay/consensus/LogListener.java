package dev.mainstay.consensus;

import org.jspecify.annotations.Nullable;

/// Hears what happens to a member. Calls come from several threads, some of them holding the log's
/// lock: never block, never call the log back; hand over to a thread of your own.
public interface LogListener {

    /// Another leader, or none (null). May repeat itself.
    void leaderChanged(@Nullable MemberId leader, long term);

    /// This member leads in `term` and has applied the first entry of that term.
    void leadershipReady(long term);

    /// This member leads no longer.
    void leadershipLost();

    void membershipChanged(Membership membership);

    /// This member is not (or no longer) part of the group.
    void removed();

    /// This member cannot go on. The process must end; `reason` is its last line.
    void failed(String reason, @Nullable Throwable cause);
}
