package dev.mainstay.statemachine.apply;

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
import dev.mainstay.statemachine.command.CommandCodec;
import dev.mainstay.statemachine.command.KvAnswer;
import dev.mainstay.statemachine.command.Result;
import dev.mainstay.statemachine.command.TxnId;
import dev.mainstay.statemachine.command.Verdict;
import dev.mainstay.statemachine.command.Verdict.Conflict;
import dev.mainstay.statemachine.command.Verdict.Done;
import dev.mainstay.statemachine.command.Verdict.Expired;
import dev.mainstay.statemachine.command.Verdict.Failed;
import dev.mainstay.statemachine.command.Verdict.Failure;
import dev.mainstay.statemachine.command.Verdict.Started;
import dev.mainstay.statemachine.command.Verdict.Voided;
import dev.mainstay.statemachine.command.VerdictCodec;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import dev.mainstay.statemachine.mvcc.Marks;
import dev.mainstay.statemachine.mvcc.StateReader;
import dev.mainstay.statemachine.mvcc.Version;
import dev.mainstay.statemachine.storage.ByteBatch;
import dev.mainstay.statemachine.storage.ByteReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Carries out the commands of one entry after another. Apply thread.
///
/// - A verdict is a function of the stored state and of the entry alone. What is kept in memory
///   ([Recent], [Outcomes], [NewestVersions]) only spares reads.
/// - A verdict other than Committed leaves keys as they were: whatever can forbid a transaction is
///   looked at before its first write.
/// - Nothing takes effect before [#settle]; after a throw, [#discard] leaves all as it was.
public final class Transition {

    private final StateReader stored;
    private final NewestVersions versions;
    private final Recent recent;
    private final Outcomes outcomes;

    /// `rows` must always show the newest state.
    public Transition(ByteReader rows) {
        stored = new StateReader(rows);
        versions = new NewestVersions(stored);
        recent = new Recent(rows);
        outcomes = new Outcomes(rows);
    }

    /// One entry's place in the log and its leader's clock.
    public record Header(long index, long term, long leaderMicros) {}

    /// Puts into `batch` what the entry's commands do to the state that `before` describes.
    public Applied apply(
            Marks before,
            Header header,
            List<ByteBuffer> commands,
            Predicate<TxnId> isAwaited,
            ByteBatch batch) {
        var draft = new Draft(stored, versions, before, header.leaderMicros, batch);
        var results = new ArrayList<Result>(commands.size());
        for (var command : commands) {
            int bytes = command.remaining();
            draft.beginCommand(bytes);
            results.add(decide(CommandCodec.decode(command), header.term, draft, isAwaited));
            draft.endCommand(bytes);
        }
        outcomes.finish(draft.revision(), header.index, batch);
        return new Applied(
                results,
                draft.revised(),
                draft.finish(header.index, header.term),
                draft.leaseChanges());
    }

    /// The batch was written.
    public void settle(Applied applied) {
        recent.add(applied.revised(), applied.marks().recentBound());
        versions.settle();
        outcomes.settle();
    }

    /// The batch was not written.
    public void discard() {
        versions.discard();
        outcomes.discard();
    }

    /// Keys held in memory to check ranges against.
    public int recentKeys() {
        return recent.size();
    }

    /// The order of the checks is what "exactly once" rests on: an attempt older than the outcome
    /// floor must not be taken for a first one because its record is gone, on any member.
    private Result decide(Command command, long term, Draft draft, Predicate<TxnId> isAwaited) {
        var id = command.id();
        if (command.since() < draft.outcomeFloor()) {
            var expired = new Expired(draft.outcomeFloor());
            draft.addVerdict(id, VerdictCodec.encode(expired));
            return new Result(id, expired, false, List.of());
        }
        var known = outcomes.find(id);
        if (known != null) {
            draft.addVerdict(id, VerdictCodec.encode(known));
            return new Result(id, known, true, List.of());
        }
        var answers = new ArrayList<KvAnswer>();
        var verdict =
                command instanceof KvTxn txn
                        ? run(txn, draft, isAwaited.test(id) ? answers : null)
                        : carryOut(command, term, draft);
        var encoded = VerdictCodec.encode(verdict);
        draft.addVerdict(id, encoded);
        outcomes.add(id, encoded);
        return new Result(id, verdict, false, answers);
    }

    private Verdict carryOut(Command command, long term, Draft draft) {
        return switch (command) {
            case Commit commit -> commit(commit, draft);
            case KvTxn txn -> run(txn, draft, null);
            case GrantLease grant -> grant(grant.lease(), grant.ttlSeconds(), draft);
            case RevokeLease revoke -> endLease(revoke.id(), revoke.lease(), draft);
            case ExpireLease expire ->
                    expire.term() == term
                            ? endLease(expire.id(), expire.lease(), draft)
                            : failed(Failure.WRONG_TERM, draft);
            case RaiseHistoryFloor raise -> {
                draft.raiseHistoryFloor(raise.revision());
                yield done(draft);
            }
            case Compact compact -> compact(compact.revision(), draft);
            case RaiseOutcomeFloor raise -> {
                draft.raiseOutcomeFloor(raise.revision());
                yield done(draft);
            }
            case PutSetting setting -> putSetting(setting, draft);
            case VoidTxn _ -> new Voided(draft.revision());
            case NodeStart _ -> new Started(draft.nextIncarnation(), draft.revision());
        };
    }

    private static Verdict run(KvTxn txn, Draft draft, @Nullable List<KvAnswer> answers) {
        var program = new KvProgram(draft);
        var path = program.choose(txn);
        var failure = program.check(path);
        if (failure != null) {
            return failed(failure, draft);
        }
        var found = program.run(path, answers != null);
        if (answers != null) {
            answers.addAll(found);
        }
        return draft.finishTransaction(txn.id(), path.succeeded());
    }

    /// First committer wins.
    private Verdict commit(Commit commit, Draft draft) {
        for (var expect : commit.expects()) {
            var conflict = check(expect, draft.get(expect.key()), draft.revision());
            if (conflict != null) {
                return conflict;
            }
        }
        for (var range : commit.ranges()) {
            var conflict = check(range, commit.readAt(), draft);
            if (conflict != null) {
                return conflict;
            }
        }
        if (writesTwice(commit.writes())) {
            return failed(Failure.DUPLICATE_KEY, draft);
        }
        for (var write : commit.writes()) {
            switch (write) {
                case Write.Put(var key, var value) -> draft.put(key, value, 0);
                case Write.Delete(var key) -> {
                    if (draft.get(key) != null) {
                        draft.delete(key);
                    }
                }
            }
        }
        return draft.finishTransaction(commit.id(), true);
    }

    /// When the key was deleted is not recorded in `current`; then the newest revision is named.
    private static @Nullable Conflict check(
            Expect expect, @Nullable Version now, long newestRevision) {
        boolean holds =
                switch (expect) {
                    case Expect.Absent _ -> now == null;
                    case Expect.Present _ -> now != null;
                    case Expect.AtRevision at -> now != null && now.modRevision() == at.revision();
                };
        long changedAt = now == null ? newestRevision : now.modRevision();
        return holds ? null : new Conflict(expect.key(), changedAt);
    }

    private @Nullable Conflict check(KeyRange range, long readAt, Draft draft) {
        long bound = draft.recentBound();
        if (readAt < bound) {
            return new Conflict(range.from(), bound);
        }
        var before = recent.firstChanged(range, readAt, bound);
        var drafted = draft.firstChanged(range, readAt);
        var key = firstOf(before, drafted);
        return key == null
                ? null
                : new Conflict(key, Math.max(recent.changedAt(key), draft.changedAt(key)));
    }

    private static @Nullable Key firstOf(@Nullable Key one, @Nullable Key other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.compareTo(other) < 0 ? one : other;
    }

    private static boolean writesTwice(List<Write> writes) {
        if (writes.size() < 2) {
            return false;
        }
        var keys = new TreeSet<Key>();
        for (var write : writes) {
            if (!keys.add(write.key())) {
                return true;
            }
        }
        return false;
    }

    private static Verdict grant(long lease, long seconds, Draft draft) {
        if (draft.hasLease(lease)) {
            return failed(Failure.LEASE_EXISTS, draft);
        }
        draft.grantLease(lease, seconds);
        return done(draft);
    }

    private static Verdict endLease(TxnId id, long lease, Draft draft) {
        if (!draft.hasLease(lease)) {
            return failed(Failure.LEASE_NOT_FOUND, draft);
        }
        draft.endLease(lease);
        return draft.finishTransaction(id, true);
    }

    private static Verdict compact(long revision, Draft draft) {
        if (revision > draft.revision()) {
            return failed(Failure.FUTURE_REVISION, draft);
        }
        if (revision <= draft.kvFloor()) {
            return failed(Failure.COMPACTED, draft);
        }
        draft.raiseKvFloor(revision);
        return done(draft);
    }

    private static Verdict putSetting(PutSetting setting, Draft draft) {
        var expected = setting.expected();
        if (expected != null) {
            var now = draft.setting(setting.name());
            boolean holds = now == null ? expected.length == 0 : Arrays.equals(now, expected);
            if (!holds) {
                return failed(Failure.SETTING_CHANGED, draft);
            }
        }
        draft.putSetting(setting.name(), setting.value());
        return done(draft);
    }

    private static Verdict done(Draft draft) {
        return new Done(draft.revision(), true);
    }

    private static Verdict failed(Failure failure, Draft draft) {
        return new Failed(failure, draft.revision());
    }
}
