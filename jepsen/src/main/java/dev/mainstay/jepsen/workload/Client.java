package dev.mainstay.jepsen.workload;

import dev.mainstay.client.MainstayException;
import dev.mainstay.jepsen.history.About;
import dev.mainstay.jepsen.history.Event;
import dev.mainstay.jepsen.history.Recorder;
import io.grpc.StatusRuntimeException;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One client of a workload in the history: takes down each call with its end, and takes a new
/// process number after an unknown one. For one thread.
final class Client {

    private static final int TRIES_MAX = 10;

    private final Recorder recorder;
    private final String workload;
    private long process;

    Client(Recorder recorder, String workload) {
        this.recorder = recorder;
        this.workload = workload;
        this.process = recorder.newProcess();
    }

    /// What is asked.
    ///
    /// @param value with `null` for what only the answer tells
    record Question(String function, @Nullable Object value, About about) {}

    /// One call of the SDK, or of a raw stub.
    @FunctionalInterface
    interface Call<T> {
        T run() throws InterruptedException;
    }

    /// A call without effect; empty if it failed.
    <T> Optional<T> read(Question question, Call<T> call, Function<T, Reply> reading)
            throws InterruptedException {
        return ask(question, true, call, reading);
    }

    /// A call that changes something; empty if it failed or is unknown.
    <T> Optional<T> write(Question question, Call<T> call, Function<T, Reply> reading)
            throws InterruptedException {
        return ask(question, false, call, reading);
    }

    /// Makes a call until it is answered, so many times at most; for final reads.
    static void insist(Call<Optional<?>> call) throws InterruptedException {
        for (var tries = 0; tries < TRIES_MAX; tries++) {
            if (call.run().isPresent()) {
                return;
            }
        }
    }

    /// What came without being asked for, such as the events of a watch.
    void saw(Question question, long revision) {
        var invoke = invoke(question);
        recorder.ok(invoke, question.value(), question.about().at(revision, 0));
    }

    private <T> Optional<T> ask(
            Question question, boolean isRead, Call<T> call, Function<T, Reply> reading)
            throws InterruptedException {
        var invoke = invoke(question);
        T answer;
        try {
            answer = call.run();
        } catch (MainstayException e) {
            end(invoke, isRead ? Attempt.ofRead(e) : Attempt.ofWrite(e));
            return Optional.empty();
        } catch (StatusRuntimeException e) {
            var status = e.getStatus();
            end(invoke, isRead ? Attempt.ofRead(status) : Attempt.ofWrite(status));
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            return Optional.empty();
        } catch (InterruptedException e) {
            end(invoke, Attempt.interrupted(isRead));
            throw e;
        }
        return switch (reading.apply(answer)) {
            case Reply.Ok(var value, var revision, var term) -> {
                recorder.ok(invoke, value, question.about().at(revision, term));
                yield Optional.of(answer);
            }
            case Reply.Declined(var failure) -> {
                recorder.fail(invoke, failure);
                yield Optional.empty();
            }
        };
    }

    private Event invoke(Question question) {
        return recorder.invoke(
                process, workload, question.function(), question.value(), question.about());
    }

    private void end(Event invoke, Attempt attempt) {
        if (attempt.type() == Event.Type.INFO) {
            recorder.info(invoke, attempt.failure());
            process = recorder.newProcess();
        } else {
            recorder.fail(invoke, attempt.failure());
        }
    }
}
