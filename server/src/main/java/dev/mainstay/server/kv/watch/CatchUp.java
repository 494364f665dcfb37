package dev.mainstay.server.kv.watch;

import dev.mainstay.server.gateway.Gateway;
import dev.mainstay.server.kv.watch.Watcher.State;
import dev.mainstay.statemachine.feed.CompactedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/// Brings watches that are behind to where the dispatcher is: in waves, a slice of the feed at a
/// time, at most so many at once. Confined to the dispatcher; only [Wave#read] runs elsewhere.
///
/// The hand-over loses and doubles nothing, because it happens on the dispatcher between two of its
/// own steps: a watch joins when its [Watcher#next] is beyond what was dispatched.
final class CatchUp {

    /// What the dispatcher does for it.
    interface Host {

        /// The revision up to which synced watches have everything.
        long dispatched();

        /// Puts a revision into the outbox, or parks the watch; false then.
        boolean deliver(Watcher watcher, long revision, List<WatchEvent> events);

        void join(Watcher watcher);

        void compacted(Watcher watcher, long floor);

        /// The feed could not be read.
        void broken(Watcher watcher);

        void post(Runnable work);
    }

    private static final int WAVE_WATCHES_MAX = 512;

    /// Watches this close to each other share a wave.
    private static final long WAVE_REVISIONS = 1024;

    /// So close to the dispatcher, and in memory, a wave is finished on the dispatcher itself:
    /// under constant writes a storage thread might run after it for ever.
    private static final long INLINE_REVISIONS = 4096;

    private final Gateway gateway;
    private final Host host;
    private final int wavesMax;
    private final ArrayDeque<Watcher> waiting = new ArrayDeque<>();
    private int waves;
    private boolean isStopped;

    CatchUp(Gateway gateway, Host host, int wavesMax) {
        this.gateway = gateway;
        this.host = host;
        this.wavesMax = wavesMax;
    }

    void add(Watcher watcher) {
        watcher.state = State.BEHIND;
        waiting.add(watcher);
    }

    /// Begins no wave and ends each that comes back from its storage thread.
    void stop() {
        isStopped = true;
    }

    boolean isReading() {
        return waves > 0;
    }

    /// Begins as many waves as may run.
    void begin() {
        while (!isStopped && waves < wavesMax && !waiting.isEmpty()) {
            var watchers = pickNeighbours();
            if (watchers.isEmpty()) {
                continue;
            }
            waves++;
            advance(new Wave(gateway.feed(), watchers));
        }
    }

    private List<Watcher> pickNeighbours() {
        long near = waiting.getFirst().next;
        var picked = new ArrayList<Watcher>();
        for (var each = waiting.iterator(); each.hasNext(); ) {
            var watcher = each.next();
            if (watcher.state != State.BEHIND) {
                each.remove();
            } else if (Math.abs(watcher.next - near) <= WAVE_REVISIONS
                    && picked.size() < WAVE_WATCHES_MAX) {
                picked.add(watcher);
                each.remove();
            }
        }
        return picked;
    }

    /// Reads on: here when the rest is short, else on a storage thread.
    private void advance(Wave wave) {
        while (isAlive(wave)) {
            if (!wave.isNear() || host.dispatched() - wave.end() > INLINE_REVISIONS) {
                readElsewhere(wave);
                return;
            }
            try {
                spread(wave, wave.read());
            } catch (CompactedException e) {
                compacted(wave, e.floor());
            }
        }
    }

    private void readElsewhere(Wave wave) {
        try {
            gateway.storageThreads().execute(() -> read(wave));
        } catch (RejectedExecutionException _) {
            broken(wave);
            advance(wave);
        }
    }

    /// On a storage thread.
    private void read(Wave wave) {
        Runnable result = () -> broken(wave);
        try {
            var slice = wave.read();
            result = () -> spread(wave, slice);
        } catch (CompactedException e) {
            result = () -> compacted(wave, e.floor());
        } finally {
            // Also when reading failed: nobody may wait for a wave that is gone.
            var handling = result;
            host.post(() -> {
                handling.run();
                advance(wave);
            });
        }
    }

    private void spread(Wave wave, Wave.Slice slice) {
        for (var portion : slice.portions()) {
            var watcher = portion.watcher();
            // One that was parked by an earlier portion must not get a later one.
            if (watcher.state == State.BEHIND
                    && !host.deliver(watcher, portion.revision(), portion.events())) {
                wave.remove(watcher);
            }
        }
        for (var watcher : List.copyOf(wave.watchers())) {
            if (watcher.state != State.BEHIND) {
                wave.remove(watcher);
                continue;
            }
            watcher.next = Math.max(watcher.next, slice.end() + 1);
            if (watcher.next > host.dispatched()) {
                wave.remove(watcher);
                host.join(watcher);
            }
        }
    }

    private void compacted(Wave wave, long floor) {
        for (var watcher : List.copyOf(wave.watchers())) {
            wave.remove(watcher);
            if (watcher.state != State.BEHIND) {
                continue;
            }
            if (watcher.next < floor) {
                host.compacted(watcher, floor);
            } else {
                add(watcher);
            }
        }
    }

    private void broken(Wave wave) {
        for (var watcher : List.copyOf(wave.watchers())) {
            wave.remove(watcher);
            host.broken(watcher);
        }
    }

    /// Whether it goes on; ends it if not.
    private boolean isAlive(Wave wave) {
        if (!isStopped && !wave.watchers().isEmpty()) {
            return true;
        }
        wave.close();
        waves--;
        return false;
    }
}
