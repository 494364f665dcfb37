package dev.mainstay.statemachine;

import dev.mainstay.statemachine.command.Command;
import dev.mainstay.statemachine.command.Command.Commit;
import dev.mainstay.statemachine.command.Command.Compact;
import dev.mainstay.statemachine.command.Command.Expect;
import dev.mainstay.statemachine.command.Command.ExpireLease;
import dev.mainstay.statemachine.command.Command.GrantLease;
import dev.mainstay.statemachine.command.Command.KvTxn;
import dev.mainstay.statemachine.command.Command.NodeStart;
import dev.mainstay.statemachine.command.Command.PutSetting;
import dev.mainstay.statemachine.command.Command.RaiseHistoryFloor;
import dev.mainstay.statemachine.command.Command.RaiseOutcomeFloor;
import dev.mainstay.statemachine.command.Command.RevokeLease;
import dev.mainstay.statemachine.command.Command.VoidTxn;
import dev.mainstay.statemachine.command.Command.Write;
import dev.mainstay.statemachine.command.KvAnswer;
import dev.mainstay.statemachine.command.Result;
import dev.mainstay.statemachine.command.TxnId;
import dev.mainstay.statemachine.command.Verdict;
import dev.mainstay.statemachine.command.Verdict.Failure;
import dev.mainstay.statemachine.feed.Change;
import dev.mainstay.statemachine.feed.Revised;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import dev.mainstay.statemachine.mvcc.Version;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a store must do, as plainly as it can be said: all states ever are kept as maps, nothing is
/// ever thrown away, and every question is answered by looking at everything.
final class Model {

    final List<TreeMap<Key, Version>> states = new ArrayList<>();
    final List<Revised> feed = new ArrayList<>();
    final TreeMap<Long, Long> leases = new TreeMap<>();
    final TreeMap<String, byte[]> settings = new TreeMap<>();
    final Map<TxnId, Verdict> outcomes = new HashMap<>();
    private final TreeMap<Long, Long> megabytes = new TreeMap<>();
    TreeMap<Key, Version> now = new TreeMap<>();
    List<Change> changes = new ArrayList<>();
    long historyFloor;
    long kvFloor;
    private long outcomeFloor;
    private long recentBound;
    private long lsn;
    private int incarnations;

    Model() {
        states.add(new TreeMap<>());
        states.add(new TreeMap<>());
    }

    long revision() {
        return states.size() - 1L;
    }

    Result apply(Command command, int bytes, long term) {
        long before = lsn;
        lsn += bytes;
        var result = decide(command, term);
        for (long m = (before >> 20) + 1L; m <= lsn >> 20; m++) {
            megabytes.put(m, revision());
            recentBound = megabytes.getOrDefault(m - 64, recentBound);
        }
        return result;
    }

    private Result decide(Command command, long term) {
        var id = command.id();
        if (command.since() < outcomeFloor) {
            return new Result(id, new Verdict.Expired(outcomeFloor), false, List.of());
        }
        var known = outcomes.get(id);
        if (known != null) {
            return new Result(id, known, true, List.of());
        }
        var answers = new ArrayList<KvAnswer>();
        var verdict = carryOut(command, term, answers);
        outcomes.put(id, verdict);
        return new Result(id, verdict, false, answers);
    }

    private Verdict carryOut(Command command, long term, List<KvAnswer> answers) {
        return switch (command) {
            case Commit commit -> commit(commit);
            case KvTxn txn -> new ModelTxn(this).run(txn, answers);
            case GrantLease grant -> {
                if (leases.containsKey(grant.lease())) {
                    yield failed(Failure.LEASE_EXISTS);
                }
                leases.put(grant.lease(), grant.ttlSeconds());
                yield done();
            }
            case RevokeLease revoke -> end(revoke.lease());
            case ExpireLease expire ->
                    expire.term() == term ? end(expire.lease()) : failed(Failure.WRONG_TERM);
            case RaiseHistoryFloor raise -> {
                long floor = Math.min(raise.revision(), Math.min(recentBound, revision()));
                historyFloor = Math.max(historyFloor, floor);
                kvFloor = Math.max(kvFloor, historyFloor);
                yield done();
            }
            case Compact compact -> {
                if (compact.revision() > revision()) {
                    yield failed(Failure.FUTURE_REVISION);
                }
                if (compact.revision() <= kvFloor) {
                    yield failed(Failure.COMPACTED);
                }
                kvFloor = compact.revision();
                yield done();
            }
            case RaiseOutcomeFloor raise -> {
                outcomeFloor = Math.max(outcomeFloor, Math.min(raise.revision(), revision()));
                yield done();
            }
            case PutSetting put -> setting(put);
            case VoidTxn _ -> new Verdict.Voided(revision());
            case NodeStart _ -> new Verdict.Started(++incarnations, revision());
        };
    }

    private Verdict setting(PutSetting put) {
        var expected = put.expected();
        if (expected != null) {
            var old = settings.get(put.name());
            if (old == null ? expected.length > 0 : !Arrays.equals(old, expected)) {
                return failed(Failure.SETTING_CHANGED);
            }
        }
        var value = put.value();
        if (value == null) {
            settings.remove(put.name());
        } else {
            settings.put(put.name(), value);
        }
        return done();
    }

    private Verdict commit(Commit commit) {
        for (var expect : commit.expects()) {
            var version = now.get(expect.key());
            boolean holds =
                    switch (expect) {
                        case Expect.Absent _ -> version == null;
                        case Expect.Present _ -> version != null;
                        case Expect.AtRevision at ->
                                version != null && version.modRevision() == at.revision();
                    };
            if (!holds) {
                long changedAt = version == null ? revision() : version.modRevision();
                return new Verdict.Conflict(expect.key(), changedAt);
            }
        }
        for (var range : commit.ranges()) {
            if (commit.readAt() < recentBound) {
                return new Verdict.Conflict(range.from(), recentBound);
            }
            var changed = lastChanges(range, commit.readAt());
            if (!changed.isEmpty()) {
                var first = changed.firstEntry();
                return new Verdict.Conflict(first.getKey(), first.getValue());
            }
        }
        if (commit.writes().stream().map(Write::key).distinct().count() < commit.writes().size()) {
            return failed(Failure.DUPLICATE_KEY);
        }
        for (var write : commit.writes()) {
            switch (write) {
                case Write.Put(var key, var value) -> put(key, value, 0);
                case Write.Delete(var key) -> delete(key);
            }
        }
        return finish(true);
    }

    private NavigableMap<Key, Long> lastChanges(KeyRange range, long after) {
        var last = new TreeMap<Key, Long>();
        for (var revised : feed) {
            for (var change : revised.changes()) {
                if (revised.revision() > after && range.contains(change.key())) {
                    last.put(change.key(), revised.revision());
                }
            }
        }
        return last;
    }

    private Verdict end(long lease) {
        if (leases.remove(lease) == null) {
            return failed(Failure.LEASE_NOT_FOUND);
        }
        keysOf(lease).forEach(this::delete);
        return finish(true);
    }

    List<Key> keysOf(long lease) {
        return now.entrySet().stream()
                .filter(entry -> entry.getValue().lease() == lease)
                .map(Map.Entry::getKey)
                .toList();
    }

    @Nullable Version put(Key key, byte[] value, long lease) {
        var old = now.get(key);
        long next = revision() + 1;
        var version =
                new Version(
                        next,
                        old == null ? next : old.createRevision(),
                        old == null ? 1 : old.version() + 1,
                        lease,
                        value);
        now.put(key, version);
        changes.add(new Change(key, version, old));
        return old;
    }

    @Nullable Version delete(Key key) {
        var old = now.remove(key);
        if (old != null) {
            changes.add(new Change(key, null, old));
        }
        return old;
    }

    Verdict finish(boolean branch) {
        if (changes.isEmpty()) {
            return new Verdict.Done(revision(), branch);
        }
        states.add(new TreeMap<>(now));
        feed.add(new Revised(revision(), changes));
        changes = new ArrayList<>();
        return new Verdict.Committed(revision(), branch);
    }

    Verdict failed(Failure failure) {
        return new Verdict.Failed(failure, revision());
    }

    private Verdict done() {
        return new Verdict.Done(revision(), true);
    }
}
