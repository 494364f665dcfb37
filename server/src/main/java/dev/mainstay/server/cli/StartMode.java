package dev.mainstay.server.cli;

/// How a node begins.
public enum StartMode {
    /// As the only member of a new group; [NodeStarter#permit] was just called.
    FRESH,
    /// With what the data directory holds: data, or the permission that a cluster start left.
    RESTART,
    /// With no members: it waits until it is added to a running group.
    JOIN
}
