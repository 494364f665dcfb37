package dev.mainstay.server.kv.watch;

import dev.mainstay.client.proto.WatchCreateRequest;
import dev.mainstay.client.proto.WatchRequest;
import dev.mainstay.client.proto.WatchResponse;
import dev.mainstay.server.gateway.Gateway;
import dev.mainstay.server.kv.watch.Watcher.State;
import dev.mainstay.statemachine.feed.CompactedException;
import dev.mainstay.statemachine.feed.Feed;
import dev.mainstay.statemachine.feed.FeedCursor;
import dev.mainstay.statemachine.feed.Revised;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import dev.mainstay.statemachine.mvcc.Keyspace;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/// The one thread that walks what is new in the feed and hands it to the watches that want it. It
/// owns all watches and streams; others reach it through [#post].
///
/// - Synced watches have everything up to [#dispatched] in their outboxes or behind them.
/// - The inbox is bounded by what fills it: one request per stream, one slice per wave, one relief
///   per stream.
final class Dispatcher implements Runnable, Feed.Listener, CatchUp.Host {

    private static final long BATCH_BYTES = 256 << 10;
    private static final int TICKS_WITHOUT_LEADER = 3;
    private static final long TICK_NANOS_MAX = 500_000_000;
    private static final String COMPACTED =
            "etcdserver: mvcc: required revision has been compacted";
    private static final String STOPPED = "etcdserver: server stopped";
    private static final long STOP_NANOS_MAX = 5_000_000_000L;
    private static final byte[] SMALLEST_KEY = {0};

    private final Gateway gateway;
    private final Feed feed;
    private final WatchSettings settings;
    private final Responses responses;
    private final Thread thread;
    private final Queue<Runnable> inbox = new ConcurrentLinkedQueue<>();
    private final Set<WatchStream> streams = new LinkedHashSet<>();
    private final Set<WatchStream> toWake = new LinkedHashSet<>();
    private final Set<WatchStream> wantingProgress = new LinkedHashSet<>();
    private final WatchIndex synced = new WatchIndex();
    private final CatchUp catchUp;
    private FeedCursor cursor;
    private long dispatched;
    private long tickAt = System.nanoTime();
    private long leaderTickAt = System.nanoTime();
    private int ticksWithoutLeader;

    /// Read by the apply thread, to be left alone while nobody watches.
    private volatile boolean hasStreams;

    private volatile boolean isClosing;

    /// Nobody serves new streams any more; read by the threads that open them.
    private volatile boolean isOver;

    Dispatcher(Gateway gateway, WatchSettings settings) {
        this.gateway = gateway;
        this.settings = settings;
        feed = gateway.feed();
        responses = new Responses(gateway);
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
                tick(System.nanoTime());
                wakeSenders();
                if (!hasMore && inbox.isEmpty()) {
                    LockSupport.parkNanos(this, Math.max(1, tickAt - System.nanoTime()));
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

    // The feed.

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

    private void compacted(Watcher watcher, long floor, String reason) {
        drop(watcher);
        put(watcher.stream(), responses.compacted(watcher.id(), floor, reason));
    }

    @Override
    public void broken(Watcher watcher) {
        end(watcher.stream(), unavailable(STOPPED));
    }

    // Streams.

    void open(WatchStream stream) {
        if (stream.needsLeader() && gateway.standing().leader() == null) {
            end(stream, unavailable("etcdserver: no leader"));
            return;
        }
        if (streams.isEmpty()) {
            restartAt(Math.max(dispatched, feed.newest()) + 1);
        }
        stream.progressAt = System.nanoTime() + progressNanos();
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

    private void end(WatchStream stream, Status status) {
        forget(stream);
        stream.sender().end(status);
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

    private void put(WatchStream stream, WatchResponse notice) {
        stream.put(notice);
        toWake.add(stream);
    }

    private void wakeSenders() {
        for (var stream : toWake) {
            stream.sender().wake();
        }
        toWake.clear();
    }

    // Requests.

    void handle(WatchStream stream, WatchRequest request) {
        if (stream.isOver) {
            return;
        }
        switch (request.getRequestUnionCase()) {
            case CREATE_REQUEST -> create(stream, request.getCreateRequest());
            case CANCEL_REQUEST -> cancel(stream, request.getCancelRequest().getWatchId());
            case PROGRESS_REQUEST -> wantingProgress.add(stream);
            case REQUESTUNION_NOT_SET -> {}
        }
        stream.isHeld = stream.outbox().isFull();
        if (!stream.isHeld) {
            stream.sender().requestOne();
        }
    }

    private void create(WatchStream stream, WatchCreateRequest request) {
        // Asked now, not taken from what was dispatched: a write that this client saw acknowledged
        // on this node is in it.
        long newest = Math.max(feed.newest(), dispatched);
        var range = rangeOf(request);
        if (range.isEmpty()) {
            put(stream, responses.refused("mvcc: watcher range is empty", newest));
            return;
        }
        if (request.getWatchId() != 0 && stream.hasWatch(request.getWatchId())) {
            put(
                    stream,
                    responses.refused(
                            "mvcc: duplicate watch ID provided on the WatchStream", newest));
            return;
        }
        long id = request.getWatchId() != 0 ? request.getWatchId() : stream.pickId();
        var watcher = new Watcher(stream, id, range, request);
        stream.watchers().put(id, watcher);
        put(stream, responses.created(id, newest));
        begin(watcher, request.getStartRevision(), newest);
    }

    private void begin(Watcher watcher, long start, long newest) {
        if (start < 0) {
            compacted(watcher, floor(), COMPACTED);
            return;
        }
        watcher.next = start == 0 ? newest + 1 : start;
        watcher.progressFrom = watcher.next <= newest + 1 ? watcher.next - 1 : watcher.next;
        if (watcher.next > dispatched) {
            join(watcher);
        } else {
            catchUp.add(watcher);
        }
    }

    private static KeyRange rangeOf(WatchCreateRequest request) {
        var key = request.getKey().isEmpty() ? SMALLEST_KEY : request.getKey().toByteArray();
        var from = Keyspace.kv(key);
        var end = request.getRangeEnd();
        if (end.isEmpty()) {
            return KeyRange.only(from);
        }
        Key to =
                end.size() == 1 && end.byteAt(0) == 0
                        ? Keyspace.kvEnd()
                        : Keyspace.kv(end.toByteArray());
        return new KeyRange(from, to);
    }

    private long floor() {
        try (var probe = feed.open(1)) {
            probe.next(1);
            return 1;
        } catch (CompactedException e) {
            return e.floor();
        }
    }

    /// etcd does not answer the cancelling of a watch that it does not know.
    private void cancel(WatchStream stream, long id) {
        var watcher = stream.watchers().get(id);
        if (watcher != null) {
            drop(watcher);
            put(stream, responses.canceled(id, Math.max(feed.newest(), dispatched)));
        }
    }

    private void drop(Watcher watcher) {
        if (watcher.state == State.SYNCED) {
            synced.remove(watcher);
        }
        watcher.state = State.GONE;
        watcher.stream().parked.remove(watcher);
        watcher.stream().watchers().remove(watcher.id());
    }

    // Time.

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
                put(stream, responses.progress(Responses.NO_WATCH, dispatched));
            }
        }
    }

    private void tick(long now) {
        if (now - tickAt < 0) {
            return;
        }
        tickAt =
                now
                        + Math.clamp(
                                settings.progressInterval().toNanos() / 10,
                                1_000_000,
                                Math.min(TICK_NANOS_MAX, settings.electionTick().toNanos()));
        for (var stream : streams) {
            if (now - stream.progressAt >= 0) {
                stream.progressAt = now + progressNanos();
                tellProgress(stream);
            }
        }
        if (now - leaderTickAt >= 0) {
            leaderTickAt = now + settings.electionTick().toNanos();
            watchLeader();
        }
    }

    private void tellProgress(WatchStream stream) {
        for (var watcher : stream.watchers().values()) {
            if (watcher.wantsProgress()
                    && !watcher.wasBusy
                    && watcher.state == State.SYNCED
                    && dispatched >= watcher.progressFrom) {
                put(stream, responses.progress(watcher.id(), dispatched));
            }
            watcher.wasBusy = false;
        }
    }

    private void watchLeader() {
        ticksWithoutLeader = gateway.standing().leader() == null ? ticksWithoutLeader + 1 : 0;
        if (ticksWithoutLeader < TICKS_WITHOUT_LEADER) {
            return;
        }
        for (var stream : new ArrayList<>(streams)) {
            if (stream.needsLeader()) {
                end(stream, unavailable("etcdserver: no leader"));
            }
        }
    }

    private long progressNanos() {
        long interval = settings.progressInterval().toNanos();
        return interval + ThreadLocalRandom.current().nextLong(interval / 10 + 1);
    }

    private static Status unavailable(String reason) {
        return Status.UNAVAILABLE.withDescription(reason);
    }
}
