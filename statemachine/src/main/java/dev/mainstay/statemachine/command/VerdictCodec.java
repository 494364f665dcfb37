package dev.mainstay.statemachine.command;

import dev.mainstay.statemachine.command.Verdict.Committed;
import dev.mainstay.statemachine.command.Verdict.Conflict;
import dev.mainstay.statemachine.command.Verdict.Done;
import dev.mainstay.statemachine.command.Verdict.Expired;
import dev.mainstay.statemachine.command.Verdict.Failed;
import dev.mainstay.statemachine.command.Verdict.Failure;
import dev.mainstay.statemachine.command.Verdict.Started;
import dev.mainstay.statemachine.command.Verdict.Voided;
import dev.mainstay.statemachine.mvcc.ByteSink;
import dev.mainstay.statemachine.mvcc.ByteSource;
import dev.mainstay.statemachine.mvcc.Key;

/// The stored form of verdicts: a kind, then its fields. Part of the disk format.
@SuppressWarnings("EnumOrdinal") // the order of failures is part of the format
public final class VerdictCodec {

    private static final int COMMITTED = 1;
    private static final int COMMITTED_ELSE = 2;
    private static final int DONE = 3;
    private static final int DONE_ELSE = 4;
    private static final int CONFLICT = 5;
    private static final int FAILED = 6;
    private static final int VOIDED = 7;
    private static final int EXPIRED = 8;
    private static final int STARTED = 9;

    private static final Failure[] FAILURES = Failure.values();

    private VerdictCodec() {}

    public static byte[] encode(Verdict verdict) {
        var sink = new ByteSink(16);
        switch (verdict) {
            case Committed committed ->
                    sink.int8(committed.branch() ? COMMITTED : COMMITTED_ELSE)
                            .varint(committed.revision());
            case Done done -> sink.int8(done.branch() ? DONE : DONE_ELSE).varint(done.revision());
            case Conflict conflict ->
                    sink.int8(CONFLICT).blob(conflict.key().bytes()).varint(conflict.changedAt());
            case Failed failed ->
                    sink.int8(FAILED).int8(failed.failure().ordinal()).varint(failed.revision());
            case Voided voided -> sink.int8(VOIDED).varint(voided.revision());
            case Expired expired -> sink.int8(EXPIRED).varint(expired.floor());
            case Started started ->
                    sink.int8(STARTED).int32(started.incarnation()).varint(started.revision());
        }
        return sink.toByteArray();
    }

    public static Verdict decode(byte[] bytes) {
        var source = new ByteSource(bytes);
        var verdict = decode(source);
        source.end();
        return verdict;
    }

    private static Verdict decode(ByteSource source) {
        int kind = source.int8();
        return switch (kind) {
            case COMMITTED -> new Committed(source.varint(), true);
            case COMMITTED_ELSE -> new Committed(source.varint(), false);
            case DONE -> new Done(source.varint(), true);
            case DONE_ELSE -> new Done(source.varint(), false);
            case CONFLICT -> new Conflict(Key.wrap(source.blob()), source.varint());
            case FAILED -> new Failed(failure(source), source.varint());
            case VOIDED -> new Voided(source.varint());
            case EXPIRED -> new Expired(source.varint());
            case STARTED -> new Started(source.int32(), source.varint());
            default -> throw source.malformedBehind(1, "unknown verdict: " + kind);
        };
    }

    private static Failure failure(ByteSource source) {
        int ordinal = source.int8();
        if (ordinal >= FAILURES.length) {
            throw source.malformedBehind(1, "unknown failure: " + ordinal);
        }
        return FAILURES[ordinal];
    }
}
