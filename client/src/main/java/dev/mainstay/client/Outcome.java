package dev.mainstay.client;

/// What became of a transaction.
///
/// @param revision that it made, or saw if it changed nothing; 0 unless committed
public record Outcome(State state, long revision) {

    public enum State {
        COMMITTED,
        /// Not carried out, and never will be.
        ABORTED,
        /// Too long ago: nobody knows any more.
        EXPIRED
    }
}
