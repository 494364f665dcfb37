package dev.mainstay.server.kv.watch;

import dev.mainstay.statemachine.feed.Change;
import dev.mainstay.statemachine.feed.Revised;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.Keyspace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Finds the watches that a change concerns. One thread at a time.
final class WatchIndex {

    /// Receives what one revision holds for one watch, all of it.
    interface Sink {
        void accept(Watcher watcher, long revision, List<WatchEvent> events);
    }

    private final Set<Watcher> all = new LinkedHashSet<>();
    private final Map<Key, List<Watcher>> byKey = new HashMap<>();
    private final RangeTree<Watcher> byRange = new RangeTree<>();
    private final List<Watcher> touched = new ArrayList<>();

    void add(Watcher watcher) {
        if (!all.add(watcher)) {
            throw new AssertionError("watch " + watcher.id() + " is already in this index");
        }
        if (watcher.isOneKey()) {
            byKey.computeIfAbsent(watcher.key(), _ -> new ArrayList<>(1)).add(watcher);
        } else {
            byRange.add(watcher.range(), watcher);
        }
    }

    void remove(Watcher watcher) {
        if (!all.remove(watcher)) {
            return;
        }
        if (!watcher.isOneKey()) {
            byRange.remove(watcher.range(), watcher);
            return;
        }
        byKey.computeIfPresent(
                watcher.key(),
                (_, watchers) -> {
                    watchers.remove(watcher);
                    return watchers.isEmpty() ? null : watchers;
                });
    }

    Set<Watcher> all() {
        return all;
    }

    /// Hands each watch what it wants of `revised`, in one piece.
    void spread(Revised revised, Sink sink) {
        for (var change : revised.changes()) {
            if (Keyspace.isKv(change.key())) {
                gather(change, revised.revision());
            }
        }
        for (var watcher : touched) {
            sink.accept(watcher, revised.revision(), watcher.takeGathered());
        }
        touched.clear();
    }

    private void gather(Change change, long revision) {
        var event = new WatchEvent(change, revision);
        for (var watcher : byKey.getOrDefault(change.key(), List.of())) {
            offer(watcher, event, revision);
        }
        byRange.forEachHolding(change.key(), watcher -> offer(watcher, event, revision));
    }

    private void offer(Watcher watcher, WatchEvent event, long revision) {
        if (watcher.gather(event, revision)) {
            touched.add(watcher);
        }
    }
}
