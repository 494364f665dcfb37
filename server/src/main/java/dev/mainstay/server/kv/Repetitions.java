package dev.mainstay.server.kv;

import dev.mainstay.statemachine.command.Command;
import dev.mainstay.statemachine.command.KvAnswer;
import dev.mainstay.statemachine.command.KvOp;
import java.util.List;

/// Answers for transactions that an earlier attempt of theirs had carried out already: the verdict
/// is stored, what the steps found is not. etcd's clients know the text for "it may have happened".
final class Repetitions {

    private Repetitions() {}

    /// The steps of the branch that ran.
    static List<KvOp> stepsTaken(Writes.Written written) {
        var txn = (Command.KvTxn) written.command();
        return written.branch() ? txn.success() : txn.failure();
    }

    /// Makes a response of what the steps found.
    interface Answering<T> {
        T answer(List<KvAnswer> answers);
    }

    static <T> void answer(Writes.Written written, Reply<T> reply, Answering<T> answering) {
        var answers = written.result().answers();
        if (answers.size() == stepsTaken(written).size()) {
            reply.send(answering.answer(answers));
        } else {
            reply.fail(EtcdError.TIMED_OUT);
        }
    }
}
