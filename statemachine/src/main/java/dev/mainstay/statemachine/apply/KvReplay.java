package dev.mainstay.statemachine.apply;

import dev.mainstay.statemachine.command.Command.KvTxn;
import dev.mainstay.statemachine.command.KvAnswer;
import dev.mainstay.statemachine.command.Verdict;
import dev.mainstay.statemachine.feed.CompactedException;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import dev.mainstay.statemachine.mvcc.ReadView;
import dev.mainstay.statemachine.mvcc.ReadView.Visitor;
import dev.mainstay.statemachine.mvcc.Version;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Finds the answers of a KV transaction again that was carried out before, from the state that it
/// saw then. Changes nothing; any thread.
public final class KvReplay implements KvSpace {

    private final ReadView view;
    private final long base;

    /// What the transaction wrote so far; an empty array of versions is a deletion.
    private final TreeMap<Key, Version[]> written = new TreeMap<>();

    private KvReplay(ReadView view, long base) {
        this.view = view;
        this.base = base;
    }

    /// One answer per step of the branch that `verdict` says was taken; none if it failed.
    ///
    /// @throws CompactedException the state that it saw lies below the KV floor
    public static List<KvAnswer> answers(ReadView view, KvTxn txn, Verdict verdict)
            throws CompactedException {
        return switch (verdict) {
            case Verdict.Committed committed ->
                    answers(view, txn, committed.revision() - 1, committed.branch());
            case Verdict.Done done -> answers(view, txn, done.revision(), done.branch());
            case Verdict.Conflict _,
                    Verdict.Failed _,
                    Verdict.Voided _,
                    Verdict.Expired _,
                    Verdict.Started _ ->
                    List.of();
        };
    }

    private static List<KvAnswer> answers(ReadView view, KvTxn txn, long base, boolean branch)
            throws CompactedException {
        if (base < view.kvFloor()) {
            throw new CompactedException(view.kvFloor());
        }
        var program = new KvProgram(new KvReplay(view, base));
        var path = program.choose(txn);
        if (path.succeeded() != branch) {
            throw new IllegalArgumentException("another transaction was carried out: " + txn.id());
        }
        if (program.check(path) != null) {
            // It passed then: a range of the past has been compacted since.
            throw new CompactedException(view.kvFloor());
        }
        return program.run(path, true);
    }

    @Override
    public long revision() {
        return base;
    }

    @Override
    public long kvFloor() {
        return view.kvFloor();
    }

    @Override
    public @Nullable Version get(Key key) {
        var own = written.get(key);
        if (own != null) {
            return own.length == 0 ? null : own[0];
        }
        return view.get(key, base);
    }

    @Override
    public void scan(KeyRange range, Visitor visitor) {
        var seen = new TreeMap<Key, Version>();
        scanAt(
                range,
                base,
                (key, version) -> {
                    seen.put(key, version);
                    return true;
                });
        written.forEach((key, own) -> {
            if (range.contains(key) && own.length > 0) {
                seen.put(key, own[0]);
            } else {
                seen.remove(key);
            }
        });
        for (var entry : seen.entrySet()) {
            if (!visitor.visit(entry.getKey(), entry.getValue())) {
                return;
            }
        }
    }

    @Override
    public void scanAt(KeyRange range, long revision, Visitor visitor) {
        view.scan(range, revision, false, visitor);
    }

    /// It was there when the transaction was carried out.
    @Override
    public boolean hasLease(long id) {
        return true;
    }

    @Override
    public void put(Key key, byte[] value, long lease) {
        var old = get(key);
        long next = base + 1;
        var version =
                old == null
                        ? new Version(next, next, 1, lease, value)
                        : new Version(next, old.createRevision(), old.version() + 1, lease, value);
        written.put(key, new Version[] {version});
    }

    @Override
    public void delete(Key key) {
        written.put(key, new Version[0]);
    }
}
