package dev.mainstay.server.gateway;

import dev.mainstay.consensus.LogIndex;
import dev.mainstay.consensus.Lost;
import dev.mainstay.statemachine.command.Result;

/// What became of a command: exactly the things a client can be told.
public sealed interface Outcome {

    /// A quorum holds the command, and this member applied it at `index` of `term`.
    record Applied(long term, LogIndex index, Result result) implements Outcome {}

    /// This member did not see it applied.
    record NotApplied(Lost why) implements Outcome {}
}
