package dev.mainstay.server.group;

import dev.mainstay.consensus.Entry;
import dev.mainstay.consensus.LogIndex;
import dev.mainstay.consensus.LogPosition;
import dev.mainstay.consensus.StateMachine;
import dev.mainstay.statemachine.Store;
import dev.mainstay.statemachine.mvcc.Position;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/// The hinge: where the log meets the store.
///
/// The order in [#apply] is a promise: first the batch is written and the feed published (both in
/// the store), then the applied index advances, then the calls complete. So whoever is answered
/// finds its write in the next read here.
public final class GroupStateMachine implements StateMachine, AutoCloseable {

    /// Garbage is collected between entries, this many steps after an entry without load.
    private static final int GARBAGE_STEPS_MAX = 4;

    private final StoreDirectory directory;
    private final StoreOpener opener;
    private final AppliedIndex applied;
    private final Awaited awaited;
    private final Consumer<Runnable> later;

    /// Volatile: replaced by the apply thread, read by all.
    private volatile Store store;

    /// Opens the state in a directory, taking the feed over from the one before it.
    public interface StoreOpener {

        /// @param gone runs once the store is closed, and so is the last view of it
        Store open(Path directory, Runnable gone);

        /// Checks an image without opening it for writing, and says how far it is.
        Position verify(Path image) throws IOException;
    }

    /// @param later runs what need not be done now, in some seconds, where it may take long
    public GroupStateMachine(
            StoreDirectory directory,
            StoreOpener opener,
            Awaited awaited,
            Consumer<Runnable> later) {
        this.later = later;
        this.directory = directory;
        this.opener = opener;
        this.awaited = awaited;
        store = openCurrent();
        applied = new AppliedIndex(store.position().index());
    }

    public Store store() {
        return store;
    }

    public AppliedIndex appliedIndex() {
        return applied;
    }

    @Override
    public void apply(Entry entry) {
        var at = entry.at();
        long index = at.index().value();
        if (index <= applied.get()) {
            return;
        }
        var results =
                store.apply(
                        index,
                        at.term(),
                        entry.leaderMicros(),
                        entry.commands(),
                        awaited::isAwaited);
        awaited.applied(at, results, applied.advance(index));
        collectGarbage();
    }

    @Override
    public void advancedTo(LogPosition at) {
        long index = at.index().value();
        if (index <= applied.get()) {
            return;
        }
        store.advance(index, at.term());
        awaited.applied(at, List.of(), applied.advance(index));
    }

    @Override
    public LogPosition durable() {
        return logPosition(store.durable());
    }

    @Override
    public LogPosition flush(LogPosition at) {
        return logPosition(store.flush());
    }

    @Override
    public LogPosition adopt(Path image) throws IOException {
        var position = opener.verify(image);
        directory.adopt(image);
        return logPosition(position);
    }

    @Override
    public void install() {
        var old = store;
        store = openCurrent();
        // Whoever took the old store a moment ago may still open a view of it. Open views and
        // cursors keep it until they are closed; its files go with the last of them.
        later.accept(old::close);
        awaited.applied(durable(), List.of(), applied.advance(store.position().index()));
        awaited.installed();
    }

    private Store openCurrent() {
        var path = directory.current();
        return opener.open(path, () -> later.accept(() -> directory.deleteUnlessCurrent(path)));
    }

    @Override
    public void close() {
        store.close();
    }

    private void collectGarbage() {
        for (int step = 0; step < GARBAGE_STEPS_MAX && store.collectGarbage(); step++) {
            // Bounded: what is left waits for the next entry.
        }
    }

    private static LogPosition logPosition(Position position) {
        return position.index() < 0
                ? LogPosition.NONE
                : new LogPosition(position.term(), new LogIndex(position.index()));
    }
}
