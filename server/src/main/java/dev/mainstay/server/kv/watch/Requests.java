package dev.mainstay.server.kv.watch;

import dev.mainstay.client.proto.WatchCreateRequest;
import dev.mainstay.client.proto.WatchRequest;
import dev.mainstay.statemachine.feed.CompactedException;
import dev.mainstay.statemachine.feed.Feed;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import dev.mainstay.statemachine.mvcc.Keyspace;

/// Carries out what clients ask for on their streams, as etcd does. Confined to the dispatcher.
final class Requests {

    private static final String EMPTY_RANGE = "mvcc: watcher range is empty";
    private static final String DUPLICATE_ID =
            "mvcc: duplicate watch ID provided on the WatchStream";
    private static final String COMPACTED =
            "etcdserver: mvcc: required revision has been compacted";
    private static final byte[] SMALLEST_KEY = {0};

    private final Dispatcher dispatcher;
    private final Feed feed;
    private final Responses responses;

    Requests(Dispatcher dispatcher, Feed feed, Responses responses) {
        this.dispatcher = dispatcher;
        this.feed = feed;
        this.responses = responses;
    }

    void handle(WatchStream stream, WatchRequest request) {
        switch (request.getRequestUnionCase()) {
            case CREATE_REQUEST -> create(stream, request.getCreateRequest());
            case CANCEL_REQUEST -> cancel(stream, request.getCancelRequest().getWatchId());
            case PROGRESS_REQUEST -> dispatcher.wantProgress(stream);
            case REQUESTUNION_NOT_SET -> {}
        }
    }

    private void create(WatchStream stream, WatchCreateRequest request) {
        long newest = newest();
        var range = rangeOf(request);
        long id = request.getWatchId();
        if (range.isEmpty()) {
            dispatcher.put(stream, responses.refused(EMPTY_RANGE, newest));
            return;
        }
        if (id != 0 && stream.hasWatch(id)) {
            dispatcher.put(stream, responses.refused(DUPLICATE_ID, newest));
            return;
        }
        var watcher = new Watcher(stream, id != 0 ? id : stream.pickId(), range, request);
        // Before the watch is there: no event may come before this answer.
        dispatcher.put(stream, responses.created(watcher.id(), newest));
        long start = request.getStartRevision();
        if (start < 0) {
            dispatcher.compacted(watcher, floor(), COMPACTED);
            return;
        }
        watcher.next = start == 0 ? newest + 1 : start;
        boolean isInTheFuture = watcher.next > newest + 1;
        watcher.progressFrom = isInTheFuture ? watcher.next : watcher.next - 1;
        dispatcher.add(watcher);
    }

    /// etcd does not answer the cancelling of a watch that it does not know.
    private void cancel(WatchStream stream, long id) {
        var watcher = stream.watchers().get(id);
        if (watcher != null) {
            dispatcher.drop(watcher);
            dispatcher.put(stream, responses.canceled(id, newest()));
        }
    }

    /// Asked now, not taken from what was dispatched: it holds every write that this client saw
    /// acknowledged on this node.
    private long newest() {
        return Math.max(feed.newest(), dispatcher.dispatched());
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
            var _ = probe.next(1);
            return 1;
        } catch (CompactedException e) {
            return e.floor();
        }
    }
}
