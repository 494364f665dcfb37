package dev.mainstay.server.kv.watch;

import dev.mainstay.client.proto.WatchResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What waits to be sent on one stream, bounded in bytes. Filled by the dispatcher, emptied by the
/// event loop; the lock is held for a few instructions only.
///
/// A watch's events keep their order, and a notice comes after all that was put before it and
/// before all that is put after it: that is what makes a progress notice true. Between two notices,
/// revisions of one watch are joined into one part.
final class Outbox {

    /// Something to send.
    sealed interface Item {}

    /// A response that is complete.
    record Notice(WatchResponse response) implements Item {}

    /// Whole revisions of one watch.
    static final class Part implements Item {
        private final Watcher watcher;
        private final long era;
        private final List<WatchEvent> events = new ArrayList<>(1);
        private long revision;
        private long bytes;
        private boolean isTaken;

        private Part(Watcher watcher, long era) {
            this.watcher = watcher;
            this.era = era;
        }

        Watcher watcher() {
            return watcher;
        }

        List<WatchEvent> events() {
            return events;
        }

        /// The newest revision in it.
        long revision() {
            return revision;
        }
    }

    private static final int NOTICE_BYTES = 128;

    private final long bytesMax;
    private final long partBytesMax;

    /// Guards all that follows, and [Watcher#lastPart].
    private final ReentrantLock lock = new ReentrantLock();

    private final ArrayDeque<Item> items = new ArrayDeque<>();
    private long bytes;

    /// Counts notices: parts of different eras are not joined.
    private long era;

    private boolean isShort;

    Outbox(long bytesMax, long partBytesMax) {
        this.bytesMax = bytesMax;
        this.partBytesMax = partBytesMax;
    }

    /// One revision for one watch; false if there is no room, and then the outbox will tell when
    /// there is ([#isRelieved]). An empty outbox has room for anything.
    boolean offer(Watcher watcher, long revision, List<WatchEvent> events) {
        long cost = 0;
        for (var event : events) {
            cost += event.bytes(watcher.wantsPrevious());
        }
        lock.lock();
        try {
            if (bytes > 0 && bytes + cost > bytesMax) {
                isShort = true;
                return false;
            }
            bytes += cost;
            var part = partFor(watcher, cost);
            part.events.addAll(events);
            part.revision = revision;
            part.bytes += cost;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private Part partFor(Watcher watcher, long cost) {
        var last = watcher.lastPart;
        if (last != null && !last.isTaken && last.era == era && last.bytes + cost <= partBytesMax) {
            return last;
        }
        var part = new Part(watcher, era);
        watcher.lastPart = part;
        items.add(part);
        return part;
    }

    /// Always has room: who asks for notices is slowed down at the other end (see [#isFull]).
    void put(WatchResponse notice) {
        lock.lock();
        try {
            era++;
            bytes += NOTICE_BYTES;
            items.add(new Notice(notice));
        } finally {
            lock.unlock();
        }
    }

    /// Whether it is more than half full; if so, the outbox will tell when it is not any more.
    boolean isFull() {
        lock.lock();
        try {
            isShort |= bytes > bytesMax / 2;
            return bytes > bytesMax / 2;
        } finally {
            lock.unlock();
        }
    }

    @Nullable Item take() {
        lock.lock();
        try {
            var item = items.poll();
            switch (item) {
                case null -> {}
                case Notice _ -> bytes -= NOTICE_BYTES;
                case Part part -> {
                    part.isTaken = true;
                    bytes -= part.bytes;
                    if (part.watcher.lastPart == part) {
                        part.watcher.lastPart = null;
                    }
                }
            }
            return item;
        } finally {
            lock.unlock();
        }
    }

    /// Whether somebody was turned away and there is room again now; says so once.
    boolean isRelieved() {
        lock.lock();
        try {
            boolean isRelieved = isShort && bytes <= bytesMax / 2;
            isShort &= !isRelieved;
            return isRelieved;
        } finally {
            lock.unlock();
        }
    }

    void clear() {
        lock.lock();
        try {
            items.clear();
            bytes = 0;
        } finally {
            lock.unlock();
        }
    }
}
