package dev.mainstay.statemachine.mvcc;

import dev.mainstay.statemachine.storage.ByteSnapshot;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A read view over a snapshot of the byte store, with the marks that lie in it.
public final class SnapshotView implements ReadView {

    private final ByteSnapshot snapshot;
    private final StateReader reader;
    private final Marks marks;

    /// `marks` must be those of the snapshot. The view closes the snapshot.
    public SnapshotView(ByteSnapshot snapshot, Marks marks) {
        this.snapshot = snapshot;
        this.reader = new StateReader(snapshot);
        this.marks = marks;
    }

    public StateReader reader() {
        return reader;
    }

    public Marks marks() {
        return marks;
    }

    @Override
    public Position position() {
        return marks.position();
    }

    @Override
    public long kvFloor() {
        return marks.floors().kv();
    }

    @Override
    public long historyFloor() {
        return marks.floors().history();
    }

    @Override
    public long outcomeFloor() {
        return marks.floors().outcome();
    }

    @Override
    public @Nullable Version get(Key key) {
        return reader.get(key);
    }

    @Override
    public @Nullable Version get(Key key, long revision) {
        check(revision, Keyspace.isKv(key));
        return isNow(revision) ? reader.get(key) : reader.get(key, revision);
    }

    @Override
    public void scan(KeyRange range, long revision, boolean descending, Visitor visitor) {
        check(revision, Keyspace.overlapsKv(range));
        if (isNow(revision)) {
            reader.scan(range, descending, visitor);
        } else {
            reader.scan(range, revision, descending, visitor);
        }
    }

    @Override
    public long count(KeyRange range, long revision) {
        check(revision, Keyspace.overlapsKv(range));
        if (isNow(revision)) {
            return reader.count(range);
        }
        var count = new long[1];
        reader.scan(
                range,
                revision,
                false,
                (_, _) -> {
                    count[0]++;
                    return true;
                });
        return count[0];
    }

    @Override
    public Optional<LeaseState> lease(long id) {
        long seconds = reader.leaseSeconds(id);
        return seconds < 0 ? Optional.empty() : Optional.of(new LeaseState(id, seconds));
    }

    @Override
    public List<LeaseState> leases() {
        return reader.leases();
    }

    @Override
    public List<Key> leaseKeys(long id) {
        return reader.leaseKeys(id);
    }

    @Override
    public byte @Nullable [] setting(String name) {
        return reader.setting(name);
    }

    @Override
    public List<Setting> settings(String prefix) {
        return reader.settings(prefix);
    }

    /// The newest revision whose commit time is at most `micros`, not below the history floor.
    public long revisionAt(long micros) {
        // The rows of changes go as far back as the lower of the two floors.
        long low = Math.max(1, Math.min(historyFloor(), outcomeFloor()));
        long high = position().revision();
        // Invariant: the answer lies in [low, high].
        while (low < high) {
            long middle = low + (high - low + 1) / 2;
            var row = ChangeRows.start(snapshot, middle);
            if (row != null && row.micros() > micros) {
                high = Math.max(low, Math.min(middle, row.revision()) - 1);
            } else {
                low = middle;
            }
        }
        return low;
    }

    @Override
    public void close() {
        snapshot.close();
    }

    private boolean isNow(long revision) {
        return revision == position().revision();
    }

    private void check(long revision, boolean isKv) {
        long floor = isKv ? kvFloor() : historyFloor();
        if (revision < floor || revision > position().revision()) {
            throw new IllegalArgumentException(
                    "revision %d is not in [%d, %d]"
                            .formatted(revision, floor, position().revision()));
        }
    }
}
