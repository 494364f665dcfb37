package dev.mainstay.statemachine.command;

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
import dev.mainstay.statemachine.mvcc.ByteSink;
import dev.mainstay.statemachine.mvcc.ByteSource;
import dev.mainstay.statemachine.mvcc.KeyRange;
import dev.mainstay.statemachine.mvcc.MalformedBytesException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The frozen binary form of commands: version, kind, id, `since`, then the fields of the kind.
///
/// - One command has one form: decoding accepts exactly what encoding gives.
/// - A kind or a flag that is new to this release is refused, never skipped: a member that cannot
///   carry out a command must stop.
public final class CommandCodec {

    private static final int FORMAT = 1;
    private static final int ID_OFFSET = 2;

    private static final int COMMIT = 1;
    private static final int KV_TXN = 2;
    private static final int GRANT_LEASE = 3;
    private static final int REVOKE_LEASE = 4;
    private static final int EXPIRE_LEASE = 5;
    private static final int RAISE_HISTORY_FLOOR = 6;
    private static final int COMPACT = 7;
    private static final int RAISE_OUTCOME_FLOOR = 8;
    private static final int PUT_SETTING = 9;
    private static final int VOID_TXN = 10;
    private static final int NODE_START = 11;

    private static final int WRITE_DELETE = 0;
    private static final int WRITE_PUT = 1;
    private static final int EXPECT_ABSENT = 0;
    private static final int EXPECT_PRESENT = 1;
    private static final int EXPECT_REVISION = 2;

    private CommandCodec() {}

    public static byte[] encode(Command command) {
        var sink = new ByteSink(256);
        sink.int8(FORMAT).int8(kind(command));
        sink.int64(command.id().high()).int64(command.id().low()).varint(command.since());
        switch (command) {
            case Commit commit -> encode(commit, sink);
            case KvTxn(_, _, var compares, var success, var failure) ->
                    TxnForm.encode(new KvOp.Txn(compares, success, failure), 0, sink);
            case GrantLease grant -> sink.varint(grant.lease()).varint(grant.ttlSeconds());
            case RevokeLease revoke -> sink.varint(revoke.lease());
            case ExpireLease expire -> sink.varint(expire.term()).varint(expire.lease());
            case RaiseHistoryFloor raise -> sink.varint(raise.revision());
            case Compact compact -> sink.varint(compact.revision());
            case RaiseOutcomeFloor raise -> sink.varint(raise.revision());
            case PutSetting(_, _, var name, var value, var expected) -> {
                sink.text(name);
                optional(value, sink);
                optional(expected, sink);
            }
            case VoidTxn _ -> {}
            case NodeStart(_, _, var member) -> sink.text(member);
        }
        return sink.toByteArray();
    }

    /// Reads from the buffer's position to its limit, and moves neither.
    ///
    /// @throws MalformedBytesException for anything that [#encode] does not give
    public static Command decode(ByteBuffer bytes) {
        var source = new ByteSource(bytes);
        int format = source.int8();
        if (format != FORMAT) {
            throw source.malformedBehind(1, "unknown format of commands: " + format);
        }
        int kind = source.int8();
        var id = new TxnId(source.int64(), source.int64());
        var command = fields(kind, id, source.varint(), source);
        source.end();
        return command;
    }

    /// The id of an encoded command.
    public static TxnId idOf(ByteBuffer bytes) {
        int at = bytes.position() + ID_OFFSET;
        if (bytes.limit() - at < 16) {
            throw new MalformedBytesException(bytes.remaining(), "no id");
        }
        var ordered = bytes.duplicate();
        return new TxnId(ordered.getLong(at), ordered.getLong(at + 8));
    }

    private static int kind(Command command) {
        return switch (command) {
            case Commit _ -> COMMIT;
            case KvTxn _ -> KV_TXN;
            case GrantLease _ -> GRANT_LEASE;
            case RevokeLease _ -> REVOKE_LEASE;
            case ExpireLease _ -> EXPIRE_LEASE;
            case RaiseHistoryFloor _ -> RAISE_HISTORY_FLOOR;
            case Compact _ -> COMPACT;
            case RaiseOutcomeFloor _ -> RAISE_OUTCOME_FLOOR;
            case PutSetting _ -> PUT_SETTING;
            case VoidTxn _ -> VOID_TXN;
            case NodeStart _ -> NODE_START;
        };
    }

    private static Command fields(int kind, TxnId id, long since, ByteSource source) {
        return switch (kind) {
            case COMMIT -> commit(id, since, source);
            case KV_TXN -> {
                var txn = TxnForm.decode(0, source);
                yield new KvTxn(id, since, txn.compares(), txn.success(), txn.failure());
            }
            case GRANT_LEASE -> new GrantLease(id, since, source.varint(), source.varint());
            case REVOKE_LEASE -> new RevokeLease(id, since, source.varint());
            case EXPIRE_LEASE -> new ExpireLease(id, since, source.varint(), source.varint());
            case RAISE_HISTORY_FLOOR -> new RaiseHistoryFloor(id, since, source.varint());
            case COMPACT -> new Compact(id, since, source.varint());
            case RAISE_OUTCOME_FLOOR -> new RaiseOutcomeFloor(id, since, source.varint());
            case PUT_SETTING ->
                    new PutSetting(id, since, source.text(), optional(source), optional(source));
            case VOID_TXN -> new VoidTxn(id, since);
            case NODE_START -> new NodeStart(id, since, source.text());
            default -> throw source.malformedBehind(source.offset() - 1, "unknown kind: " + kind);
        };
    }

    private static void encode(Commit commit, ByteSink sink) {
        // Flags of later releases: a term of locks, parts written ahead.
        sink.int8(0).varint(commit.readAt());
        sink.varint(commit.writes().size());
        for (var write : commit.writes()) {
            switch (write) {
                case Write.Put(var key, var value) ->
                        sink.int8(WRITE_PUT).blob(key.bytes()).blob(value);
                case Write.Delete(var key) -> sink.int8(WRITE_DELETE).blob(key.bytes());
            }
        }
        sink.varint(commit.expects().size());
        for (var expect : commit.expects()) {
            switch (expect) {
                case Expect.Absent(var key) -> sink.int8(EXPECT_ABSENT).blob(key.bytes());
                case Expect.Present(var key) -> sink.int8(EXPECT_PRESENT).blob(key.bytes());
                case Expect.AtRevision at ->
                        sink.int8(EXPECT_REVISION).blob(at.key().bytes()).varint(at.revision());
            }
        }
        sink.varint(commit.ranges().size());
        commit.ranges().forEach(range -> TxnForm.range(range, sink));
    }

    private static Commit commit(TxnId id, long since, ByteSource source) {
        int flags = source.int8();
        if (flags != 0) {
            throw source.malformedBehind(1, "unknown flags: " + flags);
        }
        long readAt = source.varint();
        return new Commit(id, since, readAt, writes(source), expects(source), ranges(source));
    }

    private static List<Write> writes(ByteSource source) {
        int count = source.count(2);
        var writes = new ArrayList<Write>(count);
        for (int i = 0; i < count; i++) {
            int kind = source.int8();
            writes.add(
                    switch (kind) {
                        case WRITE_PUT -> new Write.Put(TxnForm.key(source), source.blob());
                        case WRITE_DELETE -> new Write.Delete(TxnForm.key(source));
                        default -> throw source.malformedBehind(1, "unknown write: " + kind);
                    });
        }
        return writes;
    }

    private static List<Expect> expects(ByteSource source) {
        int count = source.count(2);
        var expects = new ArrayList<Expect>(count);
        for (int i = 0; i < count; i++) {
            int kind = source.int8();
            expects.add(
                    switch (kind) {
                        case EXPECT_ABSENT -> new Expect.Absent(TxnForm.key(source));
                        case EXPECT_PRESENT -> new Expect.Present(TxnForm.key(source));
                        case EXPECT_REVISION ->
                                new Expect.AtRevision(TxnForm.key(source), source.varint());
                        default -> throw source.malformedBehind(1, "unknown expectation: " + kind);
                    });
        }
        return expects;
    }

    private static List<KeyRange> ranges(ByteSource source) {
        int count = source.count(2);
        var ranges = new ArrayList<KeyRange>(count);
        for (int i = 0; i < count; i++) {
            ranges.add(TxnForm.range(source));
        }
        return ranges;
    }

    private static void optional(byte @Nullable [] value, ByteSink sink) {
        sink.int8(value == null ? 0 : 1);
        if (value != null) {
            sink.blob(value);
        }
    }

    private static byte @Nullable [] optional(ByteSource source) {
        return source.flag() ? source.blob() : null;
    }
}
