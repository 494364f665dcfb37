package dev.mainstay.consensus;

import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One group's log, seen from one member.
public interface ReplicatedLog extends AutoCloseable {

    /// Puts `command` into the log, if this member leads; waiting commands share an entry (group
    /// commit). That it was applied shows in the state machine's own apply; `lost` hears instead,
    /// at most once and on any thread, that it was refused or that nobody knows. The array belongs
    /// to the log from now on. Never blocks: a full queue refuses.
    void propose(byte[] command, Consumer<Lost> lost);

    /// As [#propose], for a command without which no space could be freed: taken also while the
    /// disk is nearly full, as long as half of the reserve is left.
    void proposeFreeing(byte[] command, Consumer<Lost> lost);

    /// As [#proposeFreeing], but only into an entry of `term`: in any other term the command is
    /// refused.
    void proposeIn(long term, byte[] command, Consumer<Lost> lost);

    /// An index such that a state which contains it contains every command acknowledged, to anyone,
    /// before this call (Raft dissertation, section 6.4). Works on every member: a follower asks
    /// the leader. `done` hears once, on any thread, and must not block.
    void readIndex(Consumer<ReadIndex> done);

    /// As [#readIndex], but only if this member itself can prove that it leads: what a peer asks
    /// for. It never asks on, so two members that take each other for the leader do not wait in a
    /// circle.
    default void readIndexHere(Consumer<ReadIndex> done) {
        if (standing().isLeader()) {
            readIndex(done);
        } else {
            done.accept(new ReadIndex.NoLeader("this member does not lead"));
        }
    }

    /// A peer waits for what this leader commits next: for a short while commits are told at once
    /// instead of with the next entry.
    default void commitAwaited() {}

    Standing standing();

    Membership membership();

    /// How far `member`'s log matches this leader's, or [LogIndex#NONE] if this member does not
    /// lead or does not know.
    LogIndex matchIndex(MemberId member);

    /// Hands leadership to `target`, or to the voter that is furthest when null. Only on the
    /// leader. Blocking. Throws with the reason when it did not work.
    void transferLeadership(@Nullable MemberId target, Duration timeout)
            throws LogOperationException, InterruptedException;

    /// Adds `add` and removes `remove`, either may be null, in one change; returns when the new
    /// configuration is committed and the added voter has caught up. Only on the leader. Blocking.
    void changeMembers(@Nullable Member add, @Nullable MemberId remove, Duration timeout)
            throws LogOperationException, InterruptedException;

    /// Makes the state durable now and lets the log be purged up to it. Blocking.
    void checkpoint() throws LogOperationException, InterruptedException;

    /// Stops taking part: finishes what is committed, closes. Blocking.
    @Override
    void close();
}
