package dev.mainstay.statemachine.feed;

/// The committed changes of one group on this member, newest kept in memory, older ones read from
/// the store. Outlives the store: an installed checkpoint takes the place of the old state.
public interface Feed {

    /// Hears on the apply thread after each publication, with the newest revision, also when it did
    /// not change; must return at once.
    interface Listener {
        void published(long newestRevision);
    }

    void subscribe(Listener listener);

    void unsubscribe(Listener listener);

    /// The newest published revision.
    long newest();

    /// A cursor whose first batch begins with `from` (1 or more; may lie in the future).
    FeedCursor open(long from);
}
