package dev.mainstay.statemachine.command;

import java.util.List;

/// What applying one command gave, on this member.
///
/// @param isRepeated the id was known: this is the verdict of an earlier attempt, without answers
/// @param answers for a KvTxn whose client waits here, one per step of the branch taken; else empty
public record Result(TxnId id, Verdict verdict, boolean isRepeated, List<KvAnswer> answers) {

    public Result {
        answers = List.copyOf(answers);
    }
}
