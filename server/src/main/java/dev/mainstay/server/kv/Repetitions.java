package dev.mainstay.server.kv;

import dev.mainstay.statemachine.apply.KvReplay;
import dev.mainstay.statemachine.command.Command;
import dev.mainstay.statemachine.command.KvAnswer;
import dev.mainstay.statemachine.command.KvOp;
import dev.mainstay.statemachine.feed.CompactedException;
import java.util.List;

/// What the steps of a transaction found, also when an earlier attempt of it was the one that was
/// carried out: its verdict is stored, the rest is found again in the state that it saw. When that
/// has been compacted, the answer is etcd's text for "it may have happened".
final class Repetitions {

    private final Reads reads;

    Repetitions(Reads reads) {
        this.reads = reads;
    }

    /// Makes a response of what the steps found.
    interface Answering<T> {
        T answer(List<KvAnswer> answers);
    }

    <T> void answer(Writes.Written written, Reply<T> reply, Answering<T> answering) {
        var answers = written.result().answers();
        if (answers.size() == stepsTaken(written).size()) {
            reply.send(answering.answer(answers));
        } else {
            reads.onView(
                    true,
                    reply,
                    view -> {
                        try {
                            var txn = (Command.KvTxn) written.command();
                            return answering.answer(
                                    KvReplay.answers(view, txn, written.result().verdict()));
                        } catch (CompactedException e) {
                            throw new Rejection(EtcdError.TIMED_OUT);
                        }
                    });
        }
    }

    private static List<KvOp> stepsTaken(Writes.Written written) {
        var txn = (Command.KvTxn) written.command();
        return written.branch() ? txn.success() : txn.failure();
    }
}
