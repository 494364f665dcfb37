package dev.mainstay.statemachine;

import dev.mainstay.statemachine.apply.Applied;
import dev.mainstay.statemachine.apply.Transition;
import dev.mainstay.statemachine.command.Result;
import dev.mainstay.statemachine.command.TxnId;
import dev.mainstay.statemachine.feed.ChangeFeed;
import dev.mainstay.statemachine.mvcc.Garbage;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.Marks;
import dev.mainstay.statemachine.mvcc.MetaRows;
import dev.mainstay.statemachine.mvcc.Position;
import dev.mainstay.statemachine.mvcc.ReadView;
import dev.mainstay.statemachine.mvcc.SnapshotView;
import dev.mainstay.statemachine.mvcc.StateReader;
import dev.mainstay.statemachine.storage.ByteBatch;
import dev.mainstay.statemachine.storage.ByteStore;
import dev.mainstay.statemachine.storage.Family;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/// A store over an ordered byte store. Every change of state is one atomic batch that carries its
/// own [Marks], so whatever state is found after a crash says itself how far it is.
public final class MvccStore implements Store {

    private final ByteStore bytes;
    private final ChangeFeed feed;
    private final StoreSettings settings;
    private final LeaseListener leases;
    private final StateReader newest;
    private final Transition transition;
    private final ByteBatch batch;

    /// Volatile: readers on other threads take it together with what they read, see [#turns].
    private volatile Marks marks;

    /// Odd while a batch is being written. A reader that finds the same even number before and
    /// after has read one state, and [#marks] belong to it. Written by the apply thread alone.
    private volatile long turns;

    /// Volatile: read by others. Written under the monitor of this.
    private volatile Position durable;

    private MvccStore(
            ByteStore bytes, ChangeFeed feed, StoreSettings settings, LeaseListener leases) {
        this.leases = leases;
        this.bytes = bytes;
        this.feed = feed;
        this.settings = settings;
        newest = new StateReader(bytes);
        transition = new Transition(bytes);
        batch = bytes.newBatch();
        marks = newest.marks();
        durable = marks.position();
    }

    /// The state that lies in `bytes`, of which the new store is the owner; `feed` goes on from it.
    public static MvccStore open(ByteStore bytes, ChangeFeed feed, StoreSettings settings) {
        return open(bytes, feed, settings, LeaseListener.NONE);
    }

    /// As above; `leases` hears of leases that begin and end from now on.
    public static MvccStore open(
            ByteStore bytes, ChangeFeed feed, StoreSettings settings, LeaseListener leases) {
        var store = new MvccStore(bytes, feed, settings, leases);
        var marks = store.marks;
        feed.attach(
                new StoredChanges(store::openSnapshotView),
                marks.position().revision(),
                marks.floors().kv());
        return store;
    }

    @Override
    public List<Result> apply(
            long index,
            long term,
            long leaderMicros,
            List<ByteBuffer> commands,
            Predicate<TxnId> isAwaited) {
        var before = marks;
        if (index <= before.position().index()) {
            return List.of();
        }
        assert term >= before.position().term() : "term went back to " + term + ": " + before;
        var header = new Transition.Header(index, term, leaderMicros);
        Applied applied;
        boolean isWritten = false;
        try {
            applied = transition.apply(before, header, commands, isAwaited, batch);
            write(applied.marks());
            isWritten = true;
        } finally {
            batch.clear();
            if (!isWritten) {
                transition.discard();
            }
        }
        transition.settle(applied);
        feed.publish(applied.revised(), applied.marks().floors().kv());
        applied.leases().forEach(this::tell);
        return applied.results();
    }

    private void tell(long lease, long seconds) {
        if (seconds == Applied.ENDED) {
            leases.ended(lease);
        } else {
            leases.granted(lease, seconds);
        }
    }

    @Override
    public void advance(long index, long term) {
        var now = marks.position();
        if (index > now.index()) {
            var position = new Position(index, term, now.revision(), now.lsn(), now.micros());
            writeMarks(marks.withPosition(position));
        }
    }

    @Override
    public Position position() {
        return marks.position();
    }

    @Override
    public Position durable() {
        return durable;
    }

    @Override
    public Position flush() {
        var position = marks.position();
        bytes.flush();
        return nowDurable(position);
    }

    @Override
    public ReadView openReadView() {
        return openSnapshotView();
    }

    /// Two tries without a snapshot: only a batch written meanwhile makes one fail.
    @Override
    public PointRead get(Key key) {
        for (int tries = 0; tries < 2; tries++) {
            long before = turns;
            var version = newest.get(key);
            var revision = marks.position().revision();
            if ((before & 1) == 0 && turns == before) {
                return new PointRead(revision, version);
            }
        }
        try (var view = openSnapshotView()) {
            return new PointRead(view.position().revision(), view.get(key));
        }
    }

    @Override
    public Digest digest() {
        return Digests.kept(marks);
    }

    @Override
    public Digest recomputeDigest() {
        try (var view = openSnapshotView()) {
            return Digests.computed(view);
        }
    }

    @Override
    public int hashKv(ReadView view, long revision) {
        return Digests.hashKv(view, revision);
    }

    /// Exact when called on the apply thread; else the image may be further than it says.
    @Override
    public Position writeCheckpoint(Path directory) {
        var position = marks.position();
        bytes.checkpoint(directory);
        return nowDurable(position);
    }

    @Override
    public boolean collectGarbage() {
        var garbage = new Garbage(bytes, marks, settings.garbagePieceRows());
        if (!garbage.isDue()) {
            return false;
        }
        try {
            write(garbage.collect(batch));
        } finally {
            batch.clear();
        }
        return new Garbage(bytes, marks, settings.garbagePieceRows()).isDue();
    }

    @Override
    public long revisionAt(long micros) {
        try (var view = openSnapshotView()) {
            return view.revisionAt(micros);
        }
    }

    @Override
    public Map<String, Long> gauges() {
        var now = marks;
        var gauges = new TreeMap<>(bytes.gauges());
        gauges.put("applied_index", now.position().index());
        gauges.put("revision", now.position().revision());
        gauges.put("lsn", now.position().lsn());
        gauges.put("durable_index", durable.index());
        gauges.put("history_floor", now.floors().history());
        gauges.put("kv_floor", now.floors().kv());
        gauges.put("outcome_floor", now.floors().outcome());
        gauges.put("recent_bound", now.recentBound());
        gauges.put("recent_keys", (long) transition.recentKeys());
        gauges.put("collected_kv_revision", now.cursors().kv());
        gauges.put("collected_revision", now.cursors().others());
        gauges.put("collected_outcome_revision", now.cursors().outcomes());
        gauges.put("feed_bytes", feed.memoryBytes());
        return gauges;
    }

    @Override
    public void close() {
        batch.close();
        bytes.close();
    }

    private void writeMarks(Marks after) {
        try {
            batch.put(Family.META, MetaRows.marks(), after.encode());
            write(after);
        } finally {
            batch.clear();
        }
    }

    private void write(Marks after) {
        long turn = turns | 1;
        turns = turn;
        bytes.write(batch);
        marks = after;
        // Stays odd after a throw: nobody knows then whether the batch was written, and readers
        // take
        // the marks out of their snapshot.
        turns = turn + 1;
    }

    private SnapshotView openSnapshotView() {
        long before = turns;
        var snapshot = bytes.openSnapshot();
        var now = marks;
        boolean isSame = (before & 1) == 0 && turns == before;
        return new SnapshotView(snapshot, isSame ? now : new StateReader(snapshot).marks());
    }

    private synchronized Position nowDurable(Position position) {
        if (position.index() > durable.index()) {
            durable = position;
        }
        return position;
    }
}
