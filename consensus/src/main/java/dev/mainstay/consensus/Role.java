package dev.mainstay.consensus;

/// A member's part in its group at this moment.
public enum Role {
    LEADER,
    FOLLOWER,
    CANDIDATE,
    /// Started without a membership: waits to be added.
    JOINING,
    /// Takes no part: starting, stopping, or removed from the group.
    STOPPED
}
