package dev.mainstay.client;

import dev.mainstay.client.internal.Fault;
import dev.mainstay.client.internal.WatchStream;
import dev.mainstay.client.proto.Event;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The changes of a range, each revision once, whole, in order, without gaps, whatever node carries
/// them: a broken stream is taken up elsewhere at the next revision.
///
/// Read it either with [#next], from any thread, or with [#publisher]. A reader that is slow slows
/// the node's sending; nothing is dropped, and little is held here. Close it when done.
public final class Watch implements AutoCloseable {

    private final WatchStream stream;
    private final Calls calls;
    private final CompletableFuture<Watch> ready = new CompletableFuture<>();

    /// Guards all fields below.
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Item> items = new ArrayDeque<>();
    private long token;
    private @Nullable MainstayException end;
    private boolean isClosed;
    private boolean isPublished;

    /// @param batch null = only progress
    /// @param isLastOfAnswer whether another answer may come once this is taken
    private record Item(long revision, @Nullable WatchBatch batch, boolean isLastOfAnswer) {}

    private Watch(Calls calls, KeyRange range, WatchOptions options) {
        this.calls = calls;
        stream =
                new WatchStream(
                        calls.cluster(),
                        options.request(range),
                        options.startRevision(),
                        calls.pin(),
                        new Buffer());
    }

    /// The stage completes when a node watches.
    static CompletableFuture<Watch> start(Calls calls, KeyRange range, WatchOptions options) {
        var watch = new Watch(calls, range, options);
        watch.stream.start();
        calls.cluster().schedule(watch::giveUp, calls.timeout().toNanos(), watch::giveUp);
        return watch.ready;
    }

    private void giveUp() {
        if (!ready.isDone()) {
            stream.cancel();
            var _ =
                    ready.completeExceptionally(
                            new UnavailableException("no node watches in time", false, null));
        }
    }

    /// Puts into the buffer what the stream brings; on the event loop.
    private final class Buffer implements WatchStream.Sink {

        @Override
        public void created(long revision) {
            progress(revision);
            if (!ready.complete(Watch.this)) {
                close();
            }
        }

        @Override
        public void changes(long revision, List<Event> events, boolean isLastOfAnswer) {
            var batch = new WatchBatch(revision, events.stream().map(WatchEvent::of).toList());
            add(new Item(revision, batch, isLastOfAnswer));
        }

        @Override
        public void progress(long revision) {
            lock.lock();
            try {
                if (items.isEmpty()) {
                    moveTo(revision);
                    return;
                }
            } finally {
                lock.unlock();
            }
            add(new Item(revision, null, false));
        }

        private void add(Item item) {
            lock.lock();
            try {
                var last = items.peekLast();
                if (item.batch() == null && last != null && last.batch() == null) {
                    items.removeLast();
                }
                items.addLast(item);
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void compacted(long compactRevision, String reason) {
            var text = reason.isEmpty() ? "compacted up to " + compactRevision : reason;
            end(new CompactedException(text, compactRevision, null));
        }

        @Override
        public void failed(Fault fault) {
            end(Faults.of(fault));
        }

        private void end(MainstayException why) {
            lock.lock();
            try {
                end = why;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            var _ = ready.completeExceptionally(why);
        }
    }

    private void moveTo(long revision) {
        if (revision > token) {
            token = revision;
            calls.saw(revision);
        }
    }

    /// The next revision's changes; empty when there are none for `timeout`.
    ///
    /// Throws [CompactedException] when the watch begins with, or fell behind to, what is
    /// compacted; another [MainstayException] when a node refuses it for good; both again on every
    /// later call. Throws `IllegalStateException` once closed.
    public Optional<WatchBatch> next(Duration timeout) throws InterruptedException {
        var item = take(timeout.toNanos());
        if (item == null) {
            return Optional.empty();
        }
        // Not under our lock: the stream takes it under its own.
        if (item.isLastOfAnswer()) {
            stream.drained();
        }
        return Optional.ofNullable(item.batch());
    }

    private @Nullable Item take(long nanos) throws InterruptedException {
        long remaining = nanos;
        lock.lockInterruptibly();
        try {
            while (true) {
                if (isClosed) {
                    throw new IllegalStateException("the watch is closed");
                }
                var item = poll();
                if (item != null) {
                    return item;
                }
                if (end != null) {
                    var _ = end.fillInStackTrace();
                    throw end;
                }
                if (remaining <= 0) {
                    return null;
                }
                remaining = changed.awaitNanos(remaining);
            }
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Item poll() {
        for (var item = items.pollFirst(); item != null; item = items.pollFirst()) {
            moveTo(item.revision());
            if (item.batch() != null) {
                return item;
            }
        }
        return null;
    }

    /// The revision up to which everything was taken: a token, and where another watch can go on.
    /// Moves with progress from the node too, when nothing changes in the range.
    public long token() {
        lock.lock();
        try {
            return token;
        } finally {
            lock.unlock();
        }
    }

    /// Asks the node to say how far it is, which moves [#token].
    public void requestProgress() {
        stream.requestProgress();
    }

    /// The batches as a stream for one subscriber, on a virtual thread of its own. It ends with
    /// `onComplete` when the watch is closed. Use it instead of [#next].
    public Flow.Publisher<WatchBatch> publisher() {
        return subscriber -> {
            boolean isFirst;
            lock.lock();
            try {
                isFirst = !isPublished;
                isPublished = true;
            } finally {
                lock.unlock();
            }
            new WatchPump(this, subscriber).start(isFirst);
        };
    }

    /// Ends the watch; who waits in [#next] is woken.
    @Override
    public void close() {
        stream.cancel();
        lock.lock();
        try {
            isClosed = true;
            items.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
