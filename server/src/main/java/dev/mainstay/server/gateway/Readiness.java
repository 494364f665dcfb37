package dev.mainstay.server.gateway;

/// Whether a read may run on this node now.
public sealed interface Readiness {

    /// The store contains what the read must see.
    record Ready() implements Readiness {}

    /// No leader could be proven, or it could not be reached.
    record NoLeader(String reason) implements Readiness {}

    /// There is a leader, but this node did not catch up in time.
    record TooSlow() implements Readiness {}

    Readiness READY = new Ready();
}
