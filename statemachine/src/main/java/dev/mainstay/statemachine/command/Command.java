package dev.mainstay.statemachine.command;

import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the replicated log carries: a decision already made, to be carried out identically by every
/// member. Whatever needs a clock, a random number or an opinion was settled before and is written
/// here.
///
/// Every command has an id and `since`, a revision that the owner of its retries saw before the
/// first attempt. Apply checks, in this order: `since` below the outcome floor is
/// [Verdict.Expired]; an id that is known gets its stored verdict; else the command is carried out.
public sealed interface Command {

    TxnId id();

    long since();

    /// Writes a transaction's effects, unless something it relied on changed after `readAt`.
    record Commit(
            TxnId id,
            long since,
            long readAt,
            List<Write> writes,
            List<Expect> expects,
            List<KeyRange> ranges)
            implements Command {

        public Commit {
            writes = List.copyOf(writes);
            expects = List.copyOf(expects);
            ranges = List.copyOf(ranges);
        }
    }

    /// A small program over KV keys, decided at apply: if all `compares` hold, `success` is carried
    /// out, else `failure`. Keys are stored keys, with their keyspace byte.
    record KvTxn(
            TxnId id, long since, List<KvCompare> compares, List<KvOp> success, List<KvOp> failure)
            implements Command {

        public KvTxn {
            compares = List.copyOf(compares);
            success = List.copyOf(success);
            failure = List.copyOf(failure);
        }
    }

    /// Grants a lease. `lease` is the number that the gateway chose or the client asked for, not 0.
    record GrantLease(TxnId id, long since, long lease, long ttlSeconds) implements Command {}

    /// Ends a lease and deletes its keys, in one revision.
    record RevokeLease(TxnId id, long since, long lease) implements Command {}

    /// Ends a lease whose deadline the leader of `term` has seen pass; void in an entry of another
    /// term.
    record ExpireLease(TxnId id, long since, long term, long lease) implements Command {}

    /// Forgets versions older than `revision` of all keys, and raises the KV floor at least as far.
    record RaiseHistoryFloor(TxnId id, long since, long revision) implements Command {}

    /// An etcd Compact: reads and watches of KV keys below `revision` are refused from now on.
    record Compact(TxnId id, long since, long revision) implements Command {}

    /// Forgets outcomes of attempts whose `since` lies below `revision`.
    record RaiseOutcomeFloor(TxnId id, long since, long revision) implements Command {}

    /// Sets (or, with null, removes) a replicated setting. With `expected` the setting must have
    /// had that value: an empty array means that it must not exist.
    record PutSetting(
            TxnId id, long since, String name, byte @Nullable [] value, byte @Nullable [] expected)
            implements Command {}

    /// Makes an id void that the log has not seen, so that "aborted" is final.
    record VoidTxn(TxnId id, long since) implements Command {}

    /// A node started and asks for an incarnation number.
    record NodeStart(TxnId id, long since, String member) implements Command {}

    /// One key's new value, or its end.
    sealed interface Write {

        Key key();

        record Put(Key key, byte[] value) implements Write {}

        record Delete(Key key) implements Write {}
    }

    /// What a transaction relied on about one key.
    sealed interface Expect {

        Key key();

        record Absent(Key key) implements Expect {}

        /// The key exists, in whatever version.
        record Present(Key key) implements Expect {}

        /// The key's newest version is still that of `revision`.
        record AtRevision(Key key, long revision) implements Expect {}
    }
}
