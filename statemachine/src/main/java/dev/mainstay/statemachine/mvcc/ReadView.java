package dev.mainstay.statemachine.mvcc;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A fixed state, readable from any thread until closed. Cheap to hold, but it keeps old versions
/// and files alive.
///
/// Methods with a revision answer as of that revision: it must be at least the floor that guards
/// the key, [#kvFloor] or [#historyFloor], and at most `position().revision()`; else they throw
/// [IllegalArgumentException]. Callers compare first.
public interface ReadView extends AutoCloseable {

    Position position();

    /// Reads of KV keys below this revision are refused as compacted. At least [#historyFloor].
    long kvFloor();

    /// Reads of any key below this revision are refused.
    long historyFloor();

    /// Attempts whose `since` lies below this revision have no known outcome any more.
    long outcomeFloor();

    @Nullable Version get(Key key);

    @Nullable Version get(Key key, long revision);

    /// Walks the keys of `range` in order as of `revision`, until `visitor` says stop.
    void scan(KeyRange range, long revision, boolean descending, Visitor visitor);

    /// The number of keys in `range` as of `revision`.
    long count(KeyRange range, long revision);

    Optional<LeaseState> lease(long id);

    /// All leases, by id.
    List<LeaseState> leases();

    /// The keys that hang on a lease, in key order.
    List<Key> leaseKeys(long id);

    /// The value of a replicated setting, or null.
    byte @Nullable [] setting(String name);

    /// All settings whose names begin with `prefix`, by name.
    List<Setting> settings(String prefix);

    @Override
    void close();

    /// A lease as it is stored. `ttlSeconds` is what was granted.
    record LeaseState(long id, long ttlSeconds) {}

    record Setting(String name, byte[] value) {}

    /// Receives what a scan finds.
    interface Visitor {

        /// False stops the scan.
        boolean visit(Key key, Version version);
    }
}
