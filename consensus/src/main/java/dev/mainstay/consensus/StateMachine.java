package dev.mainstay.consensus;

import java.io.IOException;
import java.nio.file.Path;

/// What a group replicates. Implemented by `server`, which binds it to the store.
public interface StateMachine {

    /// Applies one committed entry. Called in log order, from one thread; indexes may be skipped,
    /// and an entry at or below [#durable] may be handed over again after a restart: it is ignored.
    ///
    /// A command that breaks a rule of the application gets a verdict that says so. A *throw* means
    /// that this member can no longer be trusted, and stops it.
    void apply(Entry entry);

    /// The log reached `at` without a command (a configuration, a new term). Whoever waits for a
    /// read index wakes.
    void advancedTo(LogPosition at);

    /// The last position whose effects are durable in the state itself: replay starts after it, and
    /// the log may be purged up to it. Any thread.
    LogPosition durable();

    /// Makes everything up to `at`, the last position handed over, durable. Apply thread.
    LogPosition flush(LogPosition at);

    /// Checks a checkpoint that was fetched into `directory`, and makes it what the next start
    /// opens; the running state goes on. Says how much log it covers. Any thread but the apply
    /// thread, blocking.
    LogPosition adopt(Path directory) throws IOException;

    /// Goes on from the adopted checkpoint. Open read views keep the old state. Apply thread.
    void install();
}
