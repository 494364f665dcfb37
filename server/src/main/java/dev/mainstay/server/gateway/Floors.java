package dev.mainstay.server.gateway;

import dev.mainstay.statemachine.Store;
import dev.mainstay.statemachine.command.Command;
import dev.mainstay.statemachine.command.Command.RaiseHistoryFloor;
import dev.mainstay.statemachine.command.Command.RaiseOutcomeFloor;
import dev.mainstay.statemachine.mvcc.ReadView;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Decides, on the leader, how much of the past is kept. Every member forgets by the log alone.
///
/// Storage thread.
final class Floors {

    private final GroupGateway.Kept kept;
    private final Supplier<Store> store;
    private final TxnIds ids;
    private final Consumer<Command> write;

    Floors(GroupGateway.Kept kept, Supplier<Store> store, TxnIds ids, Consumer<Command> write) {
        this.kept = kept;
        this.store = store;
        this.ids = ids;
        this.write = write;
    }

    /// Raises the floors where time or size says so.
    void raise(long nowMicros) {
        var now = store.get();
        try (var view = now.openReadView()) {
            raiseHistory(now, view, nowMicros);
            raiseOutcomes(now, view, nowMicros);
        }
    }

    private void raiseHistory(Store now, ReadView view, long nowMicros) {
        long floor = now.revisionAt(nowMicros - micros(kept.history()));
        long bytes = now.gauges().getOrDefault("history_bytes", 0L);
        if (kept.historyBytes() > 0 && bytes > kept.historyBytes()) {
            // A tenth of what is there at a time, until it fits.
            long newest = view.position().revision();
            floor = Math.max(floor, view.historyFloor() + (newest - view.historyFloor()) / 10);
        }
        if (floor > view.historyFloor()) {
            write.accept(new RaiseHistoryFloor(ids.next(), view.position().revision(), floor));
        }
    }

    private void raiseOutcomes(Store now, ReadView view, long nowMicros) {
        long newest = view.position().revision();
        long floor = now.revisionAt(nowMicros - micros(kept.outcome()));
        // Nearly every outcome belongs to a revision of its own.
        floor = Math.max(floor, newest - kept.outcomes());
        if (floor > view.outcomeFloor()) {
            write.accept(new RaiseOutcomeFloor(ids.next(), newest, floor));
        }
    }

    /// A retention of centuries means: keep everything.
    private static long micros(Duration duration) {
        return TimeUnit.SECONDS.toMicros(Math.min(duration.toSeconds(), 100L * 365 * 86_400));
    }
}
