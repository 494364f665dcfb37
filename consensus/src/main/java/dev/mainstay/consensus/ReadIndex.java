package dev.mainstay.consensus;

/// The answer to the question which log index a strict read must wait for.
public sealed interface ReadIndex {

    /// A state that contains `index` contains every command acknowledged, to anyone, before the
    /// question was asked.
    record Reach(LogIndex index) implements ReadIndex {}

    /// Nobody could prove in time that it leads the group.
    record NoLeader(String reason) implements ReadIndex {}
}
