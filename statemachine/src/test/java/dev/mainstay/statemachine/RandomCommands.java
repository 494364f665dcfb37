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
import dev.mainstay.statemachine.command.KvCompare;
import dev.mainstay.statemachine.command.KvOp;
import dev.mainstay.statemachine.command.TxnId;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import dev.mainstay.statemachine.mvcc.Keyspace;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Commands as a crowd of clients would send them, few enough keys that they meet; sometimes one is
/// sent again. Everything follows from the choices.
final class RandomCommands {

    private static final byte[] KEY_BYTES = {0, 'a', 'b', (byte) 0xFF};

    private Choices choices = Choices.of(List.of());
    private final int settingBytes;
    private final long[] counters = new long[4];

    /// Per node, ids that nobody has used yet. An id belongs to one command and one `since`.
    private final List<List<TxnId>> skipped =
            List.of(List.of(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());

    private final List<Command> sent = new ArrayList<>();
    private long revision = 1;

    /// @param settingBytes the size of settings; large ones make the LSN run
    RandomCommands(int settingBytes) {
        this.settingBytes = settingBytes;
    }

    /// A command from somebody who has seen at most `newestRevision`.
    Command next(Choices taken, long newestRevision) {
        choices = taken;
        revision = newestRevision;
        if (!sent.isEmpty() && choices.upTo(10) == 0) {
            var again = sent.get(Math.max(0, sent.size() - 1 - choices.upTo(40)));
            return choices.upTo(4) == 0 ? new VoidTxn(again.id(), again.since()) : again;
        }
        var command = fresh();
        sent.add(command);
        return command;
    }

    private Command fresh() {
        var id = id();
        long since = Math.max(1, revision - choices.upTo(4));
        return switch (choices.upTo(20)) {
            case 0 -> new GrantLease(id, since, lease(), 1 + choices.upTo(100));
            case 1 -> new RevokeLease(id, since, lease());
            case 2 -> new ExpireLease(id, since, TestGroup.TERM - choices.upTo(2), lease());
            case 3 -> floor(id, since);
            case 4 ->
                    new PutSetting(
                            id,
                            since,
                            "name" + choices.upTo(3),
                            choices.upTo(4) == 0 ? null : new byte[choices.upTo(settingBytes)],
                            choices.upTo(3) == 0 ? new byte[choices.upTo(2)] : null);
            case 5 ->
                    choices.upTo(3) == 0 ? new NodeStart(id, since, "n1") : new VoidTxn(id, since);
            case 6, 7, 8, 9 -> commit(id, since);
            default ->
                    new KvTxn(
                            id,
                            since,
                            some(2, this::compare),
                            some(4, () -> op(2)),
                            some(3, () -> op(2)));
        };
    }

    private Command floor(TxnId id, long since) {
        long old = Math.max(0, revision - choices.upTo(30));
        return switch (choices.upTo(4)) {
            case 0 -> new RaiseOutcomeFloor(id, since, old);
            case 1, 2 -> new RaiseHistoryFloor(id, since, old);
            default -> new Compact(id, since, old + (choices.upTo(8) == 0 ? 40 : 0));
        };
    }

    private Command commit(TxnId id, long since) {
        return new Commit(
                id,
                since,
                Math.max(0, revision - choices.upTo(5)),
                some(4, this::write),
                some(2, this::expect),
                some(2, () -> range(key(), key())));
    }

    private Write write() {
        return choices.upTo(3) == 0 ? new Write.Delete(key()) : new Write.Put(key(), value());
    }

    private Expect expect() {
        return switch (choices.upTo(3)) {
            case 0 -> new Expect.Absent(key());
            case 1 -> new Expect.Present(key());
            default -> new Expect.AtRevision(key(), Math.max(1, revision - choices.upTo(3)));
        };
    }

    private KvCompare compare() {
        var targets = KvCompare.Target.values();
        var results = KvCompare.Result.values();
        return new KvCompare(
                kvRange(),
                targets[choices.upTo(targets.length)],
                results[choices.upTo(results.length)],
                choices.upTo(3) == 0 ? choices.upTo(4) : revision - choices.upTo(3),
                value());
    }

    private KvOp op(int depth) {
        return switch (choices.upTo(depth > 0 ? 8 : 7)) {
            case 0, 1, 2 ->
                    new KvOp.Put(
                            kvKey(),
                            value(),
                            choices.upTo(3) == 0 ? lease() : 0,
                            choices.upTo(2) == 0,
                            choices.upTo(8) == 0,
                            choices.upTo(8) == 0);
            case 3 -> new KvOp.Delete(kvRange(), choices.upTo(2) == 0);
            case 4, 5, 6 -> rangeOp();
            default ->
                    new KvOp.Txn(
                            some(2, this::compare),
                            some(2, () -> op(depth - 1)),
                            some(2, () -> op(depth - 1)));
        };
    }

    private KvOp rangeOp() {
        var targets = KvOp.SortTarget.values();
        var orders = KvOp.SortOrder.values();
        return new KvOp.Range(
                kvRange(),
                choices.upTo(3) > 0 ? 0 : revision + 1 - choices.upTo(6),
                choices.upTo(4),
                targets[choices.upTo(targets.length)],
                orders[choices.upTo(orders.length)],
                choices.upTo(4) == 0,
                choices.upTo(6) == 0,
                choices.upTo(4) == 0 ? revision - 3 : 0,
                choices.upTo(4) == 0 ? revision - 1 : 0,
                choices.upTo(4) == 0 ? revision - 5 : 0,
                choices.upTo(4) == 0 ? revision - 2 : 0);
    }

    private TxnId id() {
        int node = choices.upTo(counters.length);
        if (node == 0) {
            return new TxnId(choices.any() | 1, choices.any());
        }
        // Mostly one after the other; some are left out, and come later or never.
        var leftOut = skipped.get(node);
        if (!leftOut.isEmpty() && choices.upTo(6) == 0) {
            return leftOut.removeLast();
        }
        if (choices.upTo(5) == 0) {
            leftOut.add(nextOf(node));
        }
        return nextOf(node);
    }

    private TxnId nextOf(int node) {
        return new TxnId(0, ((long) node << TxnId.COUNTER_BITS) + ++counters[node]);
    }

    private long lease() {
        return new long[] {-1, 1, 2, 9}[choices.upTo(4)];
    }

    private Key key() {
        return choices.upTo(3) == 0
                ? Key.copyOf(Keyspace.SYSTEM, KEY_BYTES[choices.upTo(KEY_BYTES.length)])
                : kvKey();
    }

    private Key kvKey() {
        var bytes = new byte[1 + choices.upTo(2)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = KEY_BYTES[choices.upTo(KEY_BYTES.length)];
        }
        return Keyspace.kv(bytes);
    }

    private KeyRange kvRange() {
        if (choices.upTo(3) == 0) {
            return KeyRange.only(kvKey());
        }
        return choices.upTo(4) == 0
                ? new KeyRange(kvKey(), Keyspace.kvEnd())
                : range(kvKey(), kvKey());
    }

    private KeyRange range(Key from, Key to) {
        return new KeyRange(from, to);
    }

    private byte[] value() {
        return new byte[] {(byte) choices.upTo(3)};
    }

    private <T> List<T> some(int max, Supplier<T> one) {
        var all = new ArrayList<T>();
        for (int i = choices.upTo(max + 1); i > 0; i--) {
            all.add(one.get());
        }
        return all;
    }
}
