package dev.mainstay.server.kv.watch;

import dev.mainstay.server.gateway.Gateway;
import dev.mainstay.server.kv.watch.Watcher.State;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/// What happens to streams as time passes: progress is told, and those that need a leader end
/// without one. Confined to the dispatcher.
final class Ticks {

    private static final int TICKS_WITHOUT_LEADER = 3;
    private static final long TICK_NANOS_MIN = 1_000_000;
    private static final long TICK_NANOS_MAX = 500_000_000;

    private final Dispatcher dispatcher;
    private final Gateway gateway;
    private final long progressNanos;
    private final long leaderNanos;
    private final long tickNanos;
    private long tickAt = System.nanoTime();
    private long leaderTickAt = tickAt;
    private int ticksWithoutLeader;

    Ticks(Dispatcher dispatcher, Gateway gateway, WatchSettings settings) {
        this.dispatcher = dispatcher;
        this.gateway = gateway;
        progressNanos = settings.progressInterval().toNanos();
        leaderNanos = settings.electionTick().toNanos();
        tickNanos =
                Math.clamp(
                        Math.min(progressNanos / 10, leaderNanos), TICK_NANOS_MIN, TICK_NANOS_MAX);
    }

    /// Until something may be due.
    long nanosLeft(long now) {
        return Math.max(1, tickAt - now);
    }

    /// When a stream's progress is due next: spread, so that not all are at once.
    long nextProgress(long now) {
        return now + progressNanos + ThreadLocalRandom.current().nextLong(progressNanos / 10 + 1);
    }

    void run(long now, Collection<WatchStream> streams) {
        if (now - tickAt < 0) {
            return;
        }
        tickAt = now + tickNanos;
        for (var stream : streams) {
            if (now - stream.progressAt >= 0) {
                stream.progressAt = nextProgress(now);
                tellProgress(stream);
            }
        }
        if (now - leaderTickAt >= 0) {
            leaderTickAt = now + leaderNanos;
            lookForLeader(streams);
        }
    }

    private void tellProgress(WatchStream stream) {
        long revision = dispatcher.dispatched();
        for (var watcher : stream.watchers().values()) {
            if (watcher.wantsProgress()
                    && !watcher.wasBusy
                    && watcher.state == State.SYNCED
                    && revision >= watcher.progressFrom) {
                dispatcher.tellProgress(stream, watcher.id());
            }
            watcher.wasBusy = false;
        }
    }

    private void lookForLeader(Collection<WatchStream> streams) {
        boolean isLed = gateway.standing().leader() != null;
        ticksWithoutLeader = isLed ? 0 : ticksWithoutLeader + 1;
        if (ticksWithoutLeader < TICKS_WITHOUT_LEADER) {
            return;
        }
        for (var stream : List.copyOf(streams)) {
            if (stream.needsLeader()) {
                dispatcher.end(stream, Dispatcher.unavailable(Dispatcher.NO_LEADER));
            }
        }
    }
}
