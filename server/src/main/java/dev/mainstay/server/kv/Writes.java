package dev.mainstay.server.kv;

import dev.mainstay.server.gateway.Gateway;
import dev.mainstay.server.gateway.Outcome;
import dev.mainstay.statemachine.command.Command;
import dev.mainstay.statemachine.command.Result;
import dev.mainstay.statemachine.command.TxnId;
import dev.mainstay.statemachine.command.Verdict;
import java.util.function.Consumer;

/// Proposes commands and sorts what came of them: carried out, or an error in etcd's words. Called
/// from any thread; answers on the event loop.
final class Writes {

    private final Gateway gateway;
    private final long timeoutNanos;

    Writes(Gateway gateway, long timeoutNanos) {
        this.gateway = gateway;
        this.timeoutNanos = timeoutNanos;
    }

    /// Makes the command of one attempt.
    interface Making {
        Command make(TxnId id, long since);
    }

    /// A command that was carried out.
    ///
    /// @param revision the transaction's own when `isChange`, else the newest at that moment
    /// @param branch false when the compares failed
    record Written(long revision, boolean isChange, boolean branch, Command command, Result result)
            implements Cut {}

    /// How an attempt ended.
    sealed interface Cut {

        record Failed(EtcdError error) implements Cut {}

        /// Nobody knows the id any more; as this was a first attempt, nothing was done under it.
        record Again() implements Cut {}
    }

    /// Exactly one of the two hears, once.
    void write(Making making, Consumer<Written> written, Consumer<EtcdError> failed) {
        attempt(making, TimeLimit.ofCall(timeoutNanos).deadline(), written, failed);
    }

    private void attempt(
            Making making, long deadline, Consumer<Written> written, Consumer<EtcdError> failed) {
        var command = making.make(gateway.newId(), gateway.since());
        gateway.write(
                command,
                deadline,
                outcome -> {
                    switch (read(command, outcome)) {
                        case Written done -> written.accept(done);
                        case Cut.Failed(var error) -> failed.accept(error);
                        case Cut.Again _ -> {
                            if (System.nanoTime() - deadline < 0) {
                                attempt(making, deadline, written, failed);
                            } else {
                                failed.accept(EtcdError.TIMED_OUT);
                            }
                        }
                    }
                });
    }

    private static Cut read(Command command, Outcome outcome) {
        return switch (outcome) {
            case Outcome.NotApplied(var lost) -> new Cut.Failed(EtcdError.of(lost));
            case Outcome.Applied(_, _, var result) ->
                    switch (result.verdict()) {
                        case Verdict.Committed(var revision, var branch) ->
                                new Written(revision, true, branch, command, result);
                        case Verdict.Done(var revision, var branch) ->
                                new Written(revision, false, branch, command, result);
                        case Verdict.Failed(var failure, _) ->
                                new Cut.Failed(EtcdError.of(failure));
                        case Verdict.Expired _ -> new Cut.Again();
                        // Somebody made the id void, so it was not carried out and never will be.
                        case Verdict.Voided _ -> new Cut.Failed(EtcdError.TIMED_OUT);
                        case Verdict.Conflict _, Verdict.Started _ ->
                                throw new AssertionError(
                                        "not an answer to " + command + ": " + result.verdict());
                    };
        };
    }
}
