package dev.mainstay.statemachine.apply;

import dev.mainstay.statemachine.command.TxnId;
import dev.mainstay.statemachine.command.Verdict;
import dev.mainstay.statemachine.feed.Change;
import dev.mainstay.statemachine.feed.Revised;
import dev.mainstay.statemachine.mvcc.ChangeRows;
import dev.mainstay.statemachine.mvcc.ChangeRows.Touched;
import dev.mainstay.statemachine.mvcc.Hash64;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import dev.mainstay.statemachine.mvcc.Marks;
import dev.mainstay.statemachine.mvcc.MetaRows;
import dev.mainstay.statemachine.mvcc.Position;
import dev.mainstay.statemachine.mvcc.ReadView.Visitor;
import dev.mainstay.statemachine.mvcc.StateReader;
import dev.mainstay.statemachine.mvcc.Version;
import dev.mainstay.statemachine.storage.ByteBatch;
import dev.mainstay.statemachine.storage.Family;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The state as the entry that is being applied sees it: what is stored, with what the entry's
/// earlier transactions and the present one wrote. Becomes one batch, or is thrown away. Apply
/// thread.
final class Draft implements KvSpace {

    /// Changes are kept to check ranges against for at least this many megabytes of LSN.
    static final long RECENT_MEGABYTES = 64;

    private final StateReader stored;
    private final ByteBatch batch;
    private final Marks before;
    private final KeyDrafts keys;
    private final LeaseDrafts leases;
    private final TreeMap<String, byte[]> settings = new TreeMap<>();
    private final TreeMap<Long, Long> megabytes = new TreeMap<>();
    private final ChangeRows.Writer rows;
    private final List<Revised> revised = new ArrayList<>();
    private List<Change> changes = new ArrayList<>();
    private final long micros;

    private long revision;
    private long lsn;
    private long historyFloor;
    private long kvFloor;
    private long outcomeFloor;
    private long incarnation;
    private long recentBound;
    private long othersSum;
    private long verdictSum;

    Draft(
            StateReader stored,
            NewestVersions versions,
            Marks before,
            long leaderMicros,
            ByteBatch batch) {
        this.stored = stored;
        this.batch = batch;
        this.before = before;
        var position = before.position();
        micros = Math.max(leaderMicros, position.micros() + 1);
        keys = new KeyDrafts(stored, versions, position.revision());
        leases = new LeaseDrafts(stored);
        rows = new ChangeRows.Writer(micros, batch);
        revision = position.revision();
        lsn = position.lsn();
        historyFloor = before.floors().history();
        kvFloor = before.floors().kv();
        outcomeFloor = before.floors().outcome();
        incarnation = before.incarnation();
        recentBound = before.recentBound();
        othersSum = before.sums().others();
        verdictSum = before.sums().verdicts();
    }

    @Override
    public long revision() {
        return revision;
    }

    @Override
    public long kvFloor() {
        return kvFloor;
    }

    long outcomeFloor() {
        return outcomeFloor;
    }

    long recentBound() {
        return recentBound;
    }

    List<Revised> revised() {
        return revised;
    }

    @Override
    public @Nullable Version get(Key key) {
        return keys.get(key);
    }

    @Override
    public void scan(KeyRange range, Visitor visitor) {
        keys.scan(range, KeyDrafts.NOW, visitor);
    }

    @Override
    public void scanAt(KeyRange range, long asOf, Visitor visitor) {
        if (asOf >= before.position().revision()) {
            keys.scan(range, asOf, visitor);
        } else {
            stored.scan(range, asOf, false, visitor);
        }
    }

    /// The first key in `range` changed by this entry after `since`, or null.
    @Nullable Key firstChanged(KeyRange range, long since) {
        return keys.firstChanged(range, since);
    }

    /// The revision of this entry's newest change of the key, or 0.
    long changedAt(Key key) {
        return keys.changedAt(key);
    }

    SortedMap<Long, Long> leaseChanges() {
        return leases.changes();
    }

    @Override
    public boolean hasLease(long id) {
        return leases.has(id);
    }

    @Override
    public void put(Key key, byte[] value, long lease) {
        var old = keys.get(key);
        long next = revision + 1;
        var version =
                old == null
                        ? new Version(next, next, 1, lease, value)
                        : new Version(next, old.createRevision(), old.version() + 1, lease, value);
        leases.move(key, old == null ? 0 : old.lease(), lease);
        keys.write(key, next, version);
        changes.add(new Change(key, version, old));
    }

    /// Of a key that exists.
    @Override
    public void delete(Key key) {
        var old = keys.get(key);
        if (old == null) {
            throw new AssertionError("nothing to delete at " + key);
        }
        leases.move(key, old.lease(), 0);
        keys.write(key, revision + 1, null);
        changes.add(new Change(key, null, old));
    }

    void grantLease(long id, long seconds) {
        leases.grant(id, seconds);
    }

    void endLease(long id) {
        leases.keys(id).forEach(this::delete);
        leases.end(id);
    }

    byte @Nullable [] setting(String name) {
        var drafted = settings.get(name);
        if (drafted != null) {
            return drafted.length == 0 ? null : Arrays.copyOf(drafted, drafted.length - 1);
        }
        return stored.setting(name);
    }

    void putSetting(String name, byte @Nullable [] value) {
        var old = setting(name);
        othersSum -= old == null ? 0 : Hash64.ofSetting(name, old);
        othersSum += value == null ? 0 : Hash64.ofSetting(name, value);
        settings.put(name, value == null ? new byte[0] : Arrays.copyOf(value, value.length + 1));
    }

    void raiseHistoryFloor(long floor) {
        historyFloor = Math.max(historyFloor, Math.min(floor, Math.min(recentBound, revision)));
        kvFloor = Math.max(kvFloor, historyFloor);
    }

    void raiseKvFloor(long floor) {
        kvFloor = Math.max(kvFloor, floor);
    }

    void raiseOutcomeFloor(long floor) {
        outcomeFloor = Math.max(outcomeFloor, Math.min(floor, revision));
    }

    int nextIncarnation() {
        return Math.toIntExact(++incarnation);
    }

    /// Ends the present transaction: if it changed a key it has a revision of its own.
    Verdict finishTransaction(TxnId id, boolean branch) {
        if (changes.isEmpty()) {
            return new Verdict.Done(revision, branch);
        }
        revision++;
        var touched = new ArrayList<Touched>(changes.size());
        for (var change : changes) {
            var old = change.before();
            long previous = old == null ? 0 : old.modRevision();
            touched.add(new Touched(change.key(), change.now() != null, previous));
        }
        rows.add(revision, lsn, new ChangeRows.Id(id.high(), id.low()), touched);
        revised.add(new Revised(revision, changes));
        changes = new ArrayList<>();
        return new Verdict.Committed(revision, branch);
    }

    void addVerdict(TxnId id, byte[] verdict) {
        verdictSum += Hash64.of(Hash64.of(id.high(), id.low()), verdict);
    }

    /// The command's bytes count, whatever became of it.
    void beginCommand(int bytes) {
        lsn += bytes;
    }

    /// Remembers at which revision each megabyte of LSN ended; the bound of recent changes is the
    /// one of 64 megabytes ago.
    void endCommand(int bytes) {
        long reached = lsn >> 20;
        for (long ended = ((lsn - bytes) >> 20) + 1; ended <= reached; ended++) {
            megabytes.put(ended, revision);
            batch.put(Family.META, MetaRows.megabyte(ended), MetaRows.number(revision));
            long left = ended - RECENT_MEGABYTES;
            if (left > 0) {
                recentBound = megabyte(left);
                batch.delete(Family.META, MetaRows.megabyte(left));
            }
        }
    }

    private long megabyte(long number) {
        var drafted = megabytes.get(number);
        if (drafted != null) {
            return drafted;
        }
        var row = stored.rows().get(Family.META, MetaRows.megabyte(number));
        if (row == null) {
            throw new AssertionError("nothing known of megabyte " + number);
        }
        return MetaRows.number(row);
    }

    /// Puts everything into the batch.
    Marks finish(long index, long term) {
        keys.finish(batch);
        leases.finish(batch);
        rows.finish();
        settings.forEach((name, value) -> {
            if (value.length == 0) {
                batch.delete(Family.META, MetaRows.setting(name));
            } else {
                var stripped = Arrays.copyOf(value, value.length - 1);
                batch.put(Family.META, MetaRows.setting(name), stripped);
            }
        });
        var marks =
                new Marks(
                        new Position(index, term, revision, lsn, micros),
                        new Marks.Floors(historyFloor, kvFloor, outcomeFloor),
                        new Marks.Sums(
                                before.sums().kv() + keys.kvSum(),
                                othersSum + keys.othersSum() + leases.sum(),
                                verdictSum),
                        before.cursors(),
                        incarnation,
                        recentBound);
        batch.put(Family.META, MetaRows.marks(), marks.encode());
        return marks;
    }
}
