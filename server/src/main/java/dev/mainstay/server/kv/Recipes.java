package dev.mainstay.server.kv;

import com.google.protobuf.ByteString;
import dev.mainstay.server.gateway.Gateway;
import dev.mainstay.server.gateway.Readiness;
import dev.mainstay.statemachine.command.Command;
import dev.mainstay.statemachine.command.KvAnswer;
import dev.mainstay.statemachine.command.KvCompare;
import dev.mainstay.statemachine.command.KvOp;
import dev.mainstay.statemachine.mvcc.Key;
import dev.mainstay.statemachine.mvcc.KeyRange;
import dev.mainstay.statemachine.mvcc.ReadView;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/// What locks and elections are made of: every contender puts a key `name/<lease in hex>` with its
/// lease, and it is the turn of the one whose key was created first. A lease that ends takes its
/// key, and so its place, with it.
///
/// All methods block: they belong on virtual threads.
final class Recipes {

    /// The life of a lease that is made for a contender who brings none: etcd's default.
    private static final long LEASE_SECONDS = 60;

    private static final byte[] NOTHING = {};

    private final Gateway gateway;
    private final Writes writes;
    private final Reads reads;
    private final Deletions deletions;

    Recipes(Gateway gateway, Writes writes, Reads reads) {
        this.gateway = gateway;
        this.writes = writes;
        this.reads = reads;
        this.deletions = new Deletions(gateway);
    }

    /// All keys of contenders for `name`.
    static KeyRange contenders(ByteString name) {
        var prefix = name.concat(ByteString.copyFromUtf8("/"));
        var end = name.concat(ByteString.copyFromUtf8("0"));
        return new KeyRange(KvRequests.key(prefix), KvRequests.key(end));
    }

    /// The etcd key of the contender with `lease`, written as Go does: negative ones with a sign.
    static ByteString contender(ByteString name, long lease) {
        var hex = (lease < 0 ? "-" : "") + Long.toHexString(Math.abs(lease));
        return name.concat(ByteString.copyFrom("/" + hex, StandardCharsets.US_ASCII));
    }

    /// The contender's lease, or a new one for a contender that brings none.
    long lease(long given) throws Rejection {
        if (given != 0) {
            return given;
        }
        long lease = LeaseService.newNumber();
        write((id, since) -> new Command.GrantLease(id, since, lease, LEASE_SECONDS));
        return lease;
    }

    /// Puts `key` unless it is there: `branch` says whether it was not.
    Writes.Written join(Key key, byte[] value, long lease) throws Rejection {
        return writeIfCreatedAt(key, 0, put(key, value, lease));
    }

    static KvOp put(Key key, byte[] value, long lease) {
        return new KvOp.Put(key, value, lease, false, false, lease == 0);
    }

    static KvOp delete(Key key) {
        return new KvOp.Delete(KeyRange.only(key), false);
    }

    /// Carries out `step` if `key` is the one that was created at `revision`, 0 for absent.
    Writes.Written writeIfCreatedAt(Key key, long revision, KvOp step) throws Rejection {
        return write(ifCreatedAt(key, revision, step));
    }

    static Writes.Making ifCreatedAt(Key key, long revision, KvOp step) {
        var compare =
                new KvCompare(
                        KeyRange.only(key),
                        KvCompare.Target.CREATE,
                        KvCompare.Result.EQUAL,
                        revision,
                        NOTHING);
        return (id, since) ->
                new Command.KvTxn(id, since, List.of(compare), List.of(step), List.of());
    }

    /// Deletes `key`, whatever became of the thread's call: the write is waited for even when the
    /// thread is interrupted.
    Writes.Written leave(Key key) throws Rejection {
        return write((id, since) ->
                new Command.KvTxn(id, since, List.of(), List.of(delete(key)), List.of()));
    }

    /// Waits until no key in `queue` is older than `own`, and returns `own` as it is then; null
    /// when it has gone meanwhile, with the lease.
    KvAnswer.@Nullable Found awaitTurn(KeyRange queue, Key own)
            throws Rejection, InterruptedException {
        while (true) {
            var mine = find(own);
            if (mine == null) {
                return null;
            }
            var before = newestBefore(queue, mine);
            if (before == null) {
                return mine;
            }
            deletions.await(List.of(before.key(), own), () -> isGone(before) || isGone(mine));
            awaitStrict();
        }
    }

    /// The key as this node has it now.
    KvAnswer.@Nullable Found find(Key key) {
        var version = gateway.store().get(key).version();
        return version == null ? null : new KvAnswer.Found(key, version);
    }

    private boolean isGone(KvAnswer.Found found) {
        var now = find(found.key());
        return now == null || now.version().createRevision() != found.version().createRevision();
    }

    private KvAnswer.@Nullable Found newestBefore(KeyRange queue, KvAnswer.Found mine) {
        try (var view = gateway.store().openReadView()) {
            return last(view, queue, mine.version().createRevision());
        }
    }

    private static KvAnswer.@Nullable Found last(ReadView view, KeyRange queue, long below) {
        var best = new KvAnswer.Found[1];
        view.scan(
                queue,
                view.position().revision(),
                false,
                (key, version) -> {
                    long created = version.createRevision();
                    if (created < below
                            && (best[0] == null || created > best[0].version().createRevision())) {
                        best[0] = new KvAnswer.Found(key, version);
                    }
                    return true;
                });
        return best[0];
    }

    /// Whose turn it is: the oldest key in `queue`, or null.
    static KvAnswer.@Nullable Found first(ReadView view, KeyRange queue) {
        var best = new KvAnswer.Found[1];
        view.scan(
                queue,
                view.position().revision(),
                false,
                (key, version) -> {
                    if (best[0] == null
                            || version.createRevision() < best[0].version().createRevision()) {
                        best[0] = new KvAnswer.Found(key, version);
                    }
                    return true;
                });
        return best[0];
    }

    /// Waits until this node contains everything that was acknowledged before the call.
    void awaitStrict() throws Rejection, InterruptedException {
        var answer = new ArrayBlockingQueue<Readiness>(1);
        gateway.whenStrict(reads.deadline(), answer::add);
        var readiness = answer.take();
        if (!(readiness instanceof Readiness.Ready)) {
            throw new Rejection(EtcdError.of(readiness));
        }
    }

    private sealed interface Answer {

        record Done(Writes.Written written) implements Answer {}

        record Refused(EtcdError error) implements Answer {}
    }

    /// Waits for the end of the write even when interrupted, and keeps the interruption for the
    /// next wait: who has put a key must know, in order to take it back.
    private Writes.Written write(Writes.Making making) throws Rejection {
        var answer = new ArrayBlockingQueue<Answer>(1);
        writes.write(
                making,
                written -> answer.add(new Answer.Done(written)),
                error -> answer.add(new Answer.Refused(error)));
        return switch (takeUninterruptibly(answer)) {
            case Answer.Done(var written) -> written;
            case Answer.Refused(var error) -> throw new Rejection(error);
        };
    }

    private static Answer takeUninterruptibly(ArrayBlockingQueue<Answer> answer) {
        boolean isInterrupted = false;
        try {
            while (true) {
                try {
                    return answer.take();
                } catch (InterruptedException e) {
                    isInterrupted = true;
                }
            }
        } finally {
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
