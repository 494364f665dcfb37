package dev.mainstay.statemachine.mvcc;

import dev.mainstay.statemachine.mvcc.ReadView.LeaseState;
import dev.mainstay.statemachine.mvcc.ReadView.Setting;
import dev.mainstay.statemachine.mvcc.ReadView.Visitor;
import dev.mainstay.statemachine.storage.ByteReader;
import dev.mainstay.statemachine.storage.Family;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads stored rows as versions, leases and settings: of now from `current` alone, of the past
/// from `current` and `history`. Checks no floor. As thread-safe as its reader.
public final class StateReader {

    private final ByteReader rows;

    public StateReader(ByteReader rows) {
        this.rows = rows;
    }

    public ByteReader rows() {
        return rows;
    }

    public Marks marks() {
        var row = rows.get(Family.META, MetaRows.marks());
        return row == null ? Marks.EMPTY : Marks.decode(row);
    }

    public @Nullable Version get(Key key) {
        var row = rows.get(Family.CURRENT, key.bytes());
        return row == null ? null : Records.version(row);
    }

    /// The version that `revision` saw.
    public @Nullable Version get(Key key, long revision) {
        var newest = rows.get(Family.CURRENT, key.bytes());
        if (newest != null && Records.modRevision(newest) <= revision) {
            return Records.version(newest);
        }
        var from = Records.historyKey(key, revision);
        var to = Records.historyKey(key, 0);
        try (var older = rows.scan(Family.HISTORY, from, to, false)) {
            if (!older.next()) {
                return null;
            }
            var row = older.value();
            return Records.historyEnd(row) > revision ? Records.historyVersion(row) : null;
        }
    }

    /// The version that exactly `revision` wrote, or null if it is no longer kept.
    public @Nullable Version written(Key key, long revision) {
        var older = rows.get(Family.HISTORY, Records.historyKey(key, revision));
        if (older != null) {
            return Records.historyVersion(older);
        }
        var newest = rows.get(Family.CURRENT, key.bytes());
        return newest != null && Records.modRevision(newest) == revision
                ? Records.version(newest)
                : null;
    }

    /// Walks the newest versions.
    public void scan(KeyRange range, boolean descending, Visitor visitor) {
        if (range.isEmpty()) {
            return;
        }
        var to = range.to() == null ? null : range.to().bytes();
        try (var newest = rows.scan(Family.CURRENT, range.from().bytes(), to, descending)) {
            boolean wantsMore = true;
            while (wantsMore && newest.next()) {
                wantsMore = visitor.visit(Key.wrap(newest.key()), Records.version(newest.value()));
            }
        }
    }

    /// Walks the versions that `revision` saw.
    public void scan(KeyRange range, long revision, boolean descending, Visitor visitor) {
        if (range.isEmpty()) {
            return;
        }
        var to = range.to();
        var end = to == null ? null : to.bytes();
        var escapedEnd = to == null ? null : Records.escape(to);
        var from = range.from();
        try (var newest = rows.scan(Family.CURRENT, from.bytes(), end, descending);
                var older =
                        rows.scan(Family.HISTORY, Records.escape(from), escapedEnd, descending)) {
            new PastWalk(newest, older, revision, descending).run(visitor);
        }
    }

    public long count(KeyRange range) {
        if (range.isEmpty()) {
            return 0;
        }
        var to = range.to() == null ? null : range.to().bytes();
        try (var newest = rows.scan(Family.CURRENT, range.from().bytes(), to, false)) {
            long count = 0;
            while (newest.next()) {
                count++;
            }
            return count;
        }
    }

    /// The TTL in seconds that was granted, or -1 if there is no such lease.
    public long leaseSeconds(long id) {
        var ttl = rows.get(Family.LEASE, LeaseRows.lease(id));
        return ttl == null ? -1 : LeaseRows.seconds(ttl);
    }

    public List<LeaseState> leases() {
        var found = new ArrayList<LeaseState>();
        var from = LeaseRows.firstLease();
        try (var leases = rows.scan(Family.LEASE, from, LeaseRows.endOfLeases(), false)) {
            while (leases.next()) {
                var seconds = LeaseRows.seconds(leases.value());
                found.add(new LeaseState(LeaseRows.id(leases.key()), seconds));
            }
        }
        return found;
    }

    public List<Key> leaseKeys(long id) {
        var found = new ArrayList<Key>();
        var from = LeaseRows.firstKey(id);
        try (var keys = rows.scan(Family.LEASE, from, LeaseRows.endOfKeys(id), false)) {
            while (keys.next()) {
                found.add(LeaseRows.key(keys.key()));
            }
        }
        return found;
    }

    public byte @Nullable [] setting(String name) {
        return rows.get(Family.META, MetaRows.setting(name));
    }

    public List<Setting> settings(String prefix) {
        var found = new ArrayList<Setting>();
        var from = MetaRows.setting(prefix);
        try (var settings = rows.scan(Family.META, from, MetaRows.endOfPrefix(from), false)) {
            while (settings.next()) {
                found.add(new Setting(MetaRows.settingName(settings.key()), settings.value()));
            }
        }
        return found;
    }
}
