package dev.mainstay.server.kv.watch;

import dev.mainstay.client.proto.WatchResponse;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/// What the dispatcher knows of one client stream. Confined to the dispatcher, but for the outbox
/// and the sender.
final class WatchStream {

    private final Outbox outbox;
    private final Sender sender;
    private final boolean needsLeader;
    private final Map<Long, Watcher> watchers = new HashMap<>();

    /// Watches that this stream had no room for.
    final Set<Watcher> parked = new LinkedHashSet<>();

    /// The client's next request was not asked for, because the outbox is too full.
    boolean isHeld;

    boolean isOver;
    boolean wantsProgress;
    long progressAt;
    private long nextId;

    WatchStream(Outbox outbox, Sender sender, boolean needsLeader) {
        this.outbox = outbox;
        this.sender = sender;
        this.needsLeader = needsLeader;
    }

    Sender sender() {
        return sender;
    }

    Outbox outbox() {
        return outbox;
    }

    boolean needsLeader() {
        return needsLeader;
    }

    Map<Long, Watcher> watchers() {
        return watchers;
    }

    void put(WatchResponse notice) {
        outbox.put(notice);
    }

    boolean hasWatch(long id) {
        return watchers.containsKey(id);
    }

    /// The smallest id from 0 on that was not given out on this stream and is free.
    long pickId() {
        while (watchers.containsKey(nextId)) {
            nextId++;
        }
        return nextId++;
    }

    /// Whether every watch has, in the outbox or behind it, all that it wants up to `revision`, and
    /// may hear of it.
    boolean isCompleteUpTo(long revision) {
        for (var watcher : watchers.values()) {
            if (watcher.state != Watcher.State.SYNCED || revision < watcher.progressFrom) {
                return false;
            }
        }
        return true;
    }
}
