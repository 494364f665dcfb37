package dev.mainstay.server.kv.watch;

import dev.mainstay.client.proto.WatchCreateRequest;
import dev.mainstay.client.proto.WatchCreateRequest.FilterType;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One watch of one stream. Confined to the dispatcher, except that [#gather] belongs to whoever
/// walks the index that the watch is in: the dispatcher, or the wave that catches it up.
///
/// Always true: everything before [#next] that it wants is in its stream's outbox or was sent, and
/// nothing from there on is.
final class Watcher {

    enum State {
        /// In the dispatcher's index: what it dispatches, this watch gets.
        SYNCED,
        /// Waits for a wave, or is in one.
        BEHIND,
        /// Its stream has no room; waits until the client has read.
        PARKED,
        /// Canceled, or its stream is gone.
        GONE
    }

    private final WatchStream stream;
    private final long id;
    private final KeyRange range;
    private final boolean isOneKey;
    private final boolean wantsPuts;
    private final boolean wantsDeletes;
    private final boolean wantsPrevious;
    private final boolean wantsProgress;
    private final boolean wantsFragments;

    State state = State.BEHIND;
    long next;

    /// No progress below this revision is told: of a watch that starts in the future the client
    /// must hear nothing before.
    long progressFrom;

    /// Whether there were events since the last time that progress was due.
    boolean wasBusy;

    /// Guarded by the outbox of the stream: the newest part of this watch that still waits there.
    Outbox.@Nullable Part lastPart;

    private List<WatchEvent> gathered = new ArrayList<>(1);

    Watcher(WatchStream stream, long id, KeyRange range, WatchCreateRequest request) {
        this.stream = stream;
        this.id = id;
        this.range = range;
        isOneKey = request.getRangeEnd().isEmpty();
        wantsPuts = !request.getFiltersList().contains(FilterType.NOPUT);
        wantsDeletes = !request.getFiltersList().contains(FilterType.NODELETE);
        wantsPrevious = request.getPrevKv();
        wantsProgress = request.getProgressNotify();
        wantsFragments = request.getFragment();
    }

    WatchStream stream() {
        return stream;
    }

    long id() {
        return id;
    }

    boolean isOneKey() {
        return isOneKey;
    }

    Key key() {
        return range.from();
    }

    KeyRange range() {
        return range;
    }

    boolean wantsPrevious() {
        return wantsPrevious;
    }

    boolean wantsProgress() {
        return wantsProgress;
    }

    boolean wantsFragments() {
        return wantsFragments;
    }

    /// Keeps the event if the watch wants it; true if it is the revision's first.
    boolean gather(WatchEvent event, long revision) {
        if (revision < next || !(event.isPut() ? wantsPuts : wantsDeletes)) {
            return false;
        }
        gathered.add(event);
        return gathered.size() == 1;
    }

    List<WatchEvent> takeGathered() {
        var events = gathered;
        gathered = new ArrayList<>(1);
        return events;
    }
}
