package dev.mainstay.server.kv.watch;

import dev.mainstay.client.proto.WatchRequest;
import dev.mainstay.client.proto.WatchResponse;
import dev.mainstay.server.gateway.Gateway;
import dev.mainstay.server.kv.watch.Watcher.State;
import dev.mainstay.statemachine.feed.CompactedException;
import dev.mainstay.statemachine.feed.Feed;
import dev.mainstay.statemachine.feed.FeedCursor;
import dev.mainstay.statemachine.feed.Revised;
import io.grpc.Status;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/// The one thread that walks what is new in the feed and hands it to the watches that want it. It
/// owns all watches and streams; others reach it through [#post].
///
/// - Synced watches have everything up to [#dispatched] in their outboxes or behind them.
/// - The inbox is bounded by what fills it: one request per stream, one slice per wave, one relief
///   per stream.
final class Dispatcher implements Runnable, Feed.Listener, CatchUp.Host {

    static final String NO_LEADER = "etcdserver: no leader";

    private static final long BATCH_BYTES = 256 << 10;
    private static final String STOPPED = "etcdserver: server stopped";
    private static final long STOP_NANOS_MAX = 5_000_000_000L;

    private final Gateway gateway;
    private final Feed feed;
    private final Responses responses;
    private final Requests requests;
    private final Ticks ticks;
    private final Thread thread;
    private final Queue<Runnable> inbox = new ConcurrentLinkedQueue<>();
    private final Set<WatchStream> streams = new LinkedHashSet<>();
    private final Set<WatchStream> toWake = new LinkedHashSet<>();
    private final Set<WatchStream> wantingProgress = new LinkedHashSet<>();
    private final WatchIndex synced = new WatchIndex();
    private final CatchUp catchUp;
    private FeedCursor cursor;
    private long dispatched;

    /// Read by the apply thread, to be left alone while nobody watches.
    private volatile boolean hasStreams;

    private volatile boolean isClosing;

    /// Nobody serves new streams any more; read by the threads that open them.
    private volatile boolean isOver;

    Dispatcher(Gateway gateway, WatchSettings settings) {
        this.gateway = gateway;
        feed = gateway.feed();
        responses = new Responses(gateway);
        requests = new Requests(this, feed, responses);
        ticks = new Ticks(this, gateway, settings);
        catchUp = new CatchUp(gateway, this, settings.catchUpsMax());
        dispatched = feed.newest();
        cursor = feed.open(dispatched + 1);
        thread = Thread.ofPlatform().name("watch-dispatcher").daemon().unstarted(this);
    }

    void start() {
        feed.subscribe(this);
        thread.start();
    }

    void close() {
        isClosing = true;
        LockSupport.unpark(thread);
        boolean wasInterrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                wasInterrupted = true;
            }
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// For a stream that may have come too late to be served.
    void endIfOver(WatchStream stream) {
        if (isOver) {
            stream.sender().end(unavailable(STOPPED));
        }
    }

    Responses responses() {
        return responses;
    }

    @Override
    public void published(long newestRevision) {
        if (hasStreams) {
            LockSupport.unpark(thread);
        }
    }

    @Override
    public void post(Runnable work) {
        inbox.add(work);
        LockSupport.unpark(thread);
    }

    @Override
    public void run() {
        try {
            while (!isClosing) {
                runInbox();
                boolean hasMore = !streams.isEmpty() && pump();
                catchUp.begin();
                answerProgressRequests();
                ticks.run(System.nanoTime(), streams);
                wakeSenders();
                if (!hasMore && inbox.isEmpty()) {
                    LockSupport.parkNanos(this, ticks.nanosLeft(System.nanoTime()));
                }
            }
        } finally {
            stop();
        }
    }

    /// The feed may be closed when this is over: nothing reads it any more.
    private void stop() {
        isOver = true;
        feed.unsubscribe(this);
        cursor.close();
        for (var stream : List.copyOf(streams)) {
            end(stream, unavailable(STOPPED));
        }
        catchUp.stop();
        long deadline = System.nanoTime() + STOP_NANOS_MAX;
        while (catchUp.isReading() && System.nanoTime() - deadline < 0) {
            runInbox();
            LockSupport.parkNanos(this, 1_000_000);
        }
    }

    private void runInbox() {
        // Not more than there are now: requests must not keep the feed waiting.
        for (int left = inbox.size(); left > 0; left--) {
            var work = inbox.poll();
            if (work != null) {
                work.run();
            }
        }
    }

    private boolean pump() {
        // Before reading: what is published later may be missing from an empty answer.
        long newest = feed.newest();
        List<Revised> batch;
        try {
            batch = cursor.next(BATCH_BYTES);
        } catch (CompactedException e) {
            skipTo(e.floor());
            return true;
        }
        for (var revised : batch) {
            assert revised.revision() > dispatched : revised.revision() + " after " + dispatched;
            synced.spread(revised, this::deliver);
            dispatched = revised.revision();
        }
        if (batch.isEmpty()) {
            dispatched = Math.max(dispatched, newest);
        }
        return !batch.isEmpty();
    }

    /// An installed checkpoint, or a reader slower than the floor: what lies between is gone.
    private void skipTo(long floor) {
        for (var watcher : List.copyOf(synced.all())) {
            if (Math.max(watcher.next, dispatched + 1) < floor) {
                compacted(watcher, floor);
            }
        }
        restartAt(Math.max(floor, dispatched + 1));
    }

    private void restartAt(long revision) {
        cursor.close();
        dispatched = revision - 1;
        cursor = feed.open(revision);
    }

    @Override
    public long dispatched() {
        return dispatched;
    }

    @Override
    public boolean deliver(Watcher watcher, long revision, List<WatchEvent> events) {
        var stream = watcher.stream();
        toWake.add(stream);
        if (stream.outbox().offer(watcher, revision, events)) {
            watcher.wasBusy = true;
            return true;
        }
        watcher.next = revision;
        watcher.state = State.PARKED;
        synced.remove(watcher);
        stream.parked.add(watcher);
        return false;
    }

    @Override
    public void join(Watcher watcher) {
        watcher.state = State.SYNCED;
        synced.add(watcher);
    }

    @Override
    public void compacted(Watcher watcher, long floor) {
        compacted(watcher, floor, "");
    }

    void compacted(Watcher watcher, long floor, String reason) {
        drop(watcher);
        put(watcher.stream(), responses.compacted(watcher.id(), floor, reason));
    }

    @Override
    public void broken(Watcher watcher) {
        end(watcher.stream(), unavailable(STOPPED));
    }

    void open(WatchStream stream) {
        if (stream.needsLeader() && gateway.standing().leader() == null) {
            end(stream, unavailable(NO_LEADER));
            return;
        }
        if (streams.isEmpty()) {
            restartAt(Math.max(dispatched, feed.newest()) + 1);
        }
        stream.progressAt = ticks.nextProgress(System.nanoTime());
        streams.add(stream);
        hasStreams = true;
        stream.sender().requestOne();
    }

    /// The client has gone.
    void forget(WatchStream stream) {
        stream.isOver = true;
        for (var watcher : List.copyOf(stream.watchers().values())) {
            drop(watcher);
        }
        streams.remove(stream);
        wantingProgress.remove(stream);
        toWake.remove(stream);
        hasStreams = !streams.isEmpty();
    }

    void end(WatchStream stream, Status status) {
        forget(stream);
        stream.sender().end(status);
    }

    void handle(WatchStream stream, WatchRequest request) {
        if (stream.isOver) {
            return;
        }
        requests.handle(stream, request);
        stream.isHeld = stream.outbox().isFull();
        if (!stream.isHeld) {
            stream.sender().requestOne();
        }
    }

    /// To be answered when all watches of the stream are synced.
    void wantProgress(WatchStream stream) {
        wantingProgress.add(stream);
    }

    /// A new watch, from its `next` on.
    void add(Watcher watcher) {
        watcher.stream().watchers().put(watcher.id(), watcher);
        if (watcher.next > dispatched) {
            join(watcher);
        } else {
            catchUp.add(watcher);
        }
    }

    /// A full outbox has room again.
    void relieved(WatchStream stream) {
        for (var watcher : stream.parked) {
            catchUp.add(watcher);
        }
        stream.parked.clear();
        if (stream.isHeld && !stream.isOver) {
            stream.isHeld = false;
            stream.sender().requestOne();
        }
    }

    void put(WatchStream stream, WatchResponse notice) {
        stream.put(notice);
        toWake.add(stream);
    }

    private void wakeSenders() {
        for (var stream : toWake) {
            stream.sender().wake();
        }
        toWake.clear();
    }

    /// Forgets a watch, wherever it is.
    void drop(Watcher watcher) {
        if (watcher.state == State.SYNCED) {
            synced.remove(watcher);
        }
        watcher.state = State.GONE;
        watcher.stream().parked.remove(watcher);
        watcher.stream().watchers().remove(watcher.id());
    }

    /// A request is answered when all watches of its stream are synced, and forgotten when there
    /// are none. The answer queues up behind the events that it speaks of.
    private void answerProgressRequests() {
        for (var each = wantingProgress.iterator(); each.hasNext(); ) {
            var stream = each.next();
            if (!stream.isCompleteUpTo(dispatched)) {
                continue;
            }
            each.remove();
            if (!stream.watchers().isEmpty()) {
                tellProgress(stream, Responses.NO_WATCH);
            }
        }
    }

    /// Behind everything that it speaks of.
    void tellProgress(WatchStream stream, long id) {
        put(stream, responses.progress(id, dispatched));
    }

    static Status unavailable(String reason) {
        return Status.UNAVAILABLE.withDescription(reason);
    }
}
