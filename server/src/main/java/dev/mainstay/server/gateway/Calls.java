package dev.mainstay.server.gateway;

import dev.mainstay.consensus.LogPosition;
import dev.mainstay.consensus.Lost;
import dev.mainstay.consensus.Lost.Reason;
import dev.mainstay.consensus.Lost.Refused;
import dev.mainstay.consensus.Lost.Unknown;
import dev.mainstay.server.gateway.Outcome.Applied;
import dev.mainstay.server.gateway.Outcome.NotApplied;
import dev.mainstay.server.group.Awaited;
import dev.mainstay.statemachine.command.Command;
import dev.mainstay.statemachine.command.CommandCodec;
import dev.mainstay.statemachine.command.Result;
import dev.mainstay.statemachine.command.TxnId;
import dev.mainstay.statemachine.command.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Commands on their way: registered here by id, proposed or forwarded, answered by this member's
/// own apply. A lost attempt is made again under the same id, which the state machine carries out
/// once, until the call's deadline.
final class Calls implements Awaited {

    /// Where an attempt goes; set once, before the first call.
    interface Route {

        /// Sends `call` on its way as attempt `attempt`; false when there is no leader to send it
        /// to.
        boolean send(Call call, int attempt);
    }

    /// Hears that calls need attention from time to time; any thread.
    interface Watch {

        /// A call waits for its next attempt: [#retry] is needed soon.
        void parked();

        /// A call waits for its outcome: [#expire] is needed from now and then.
        void waiting();
    }

    private static final Logger LOG = LoggerFactory.getLogger(Calls.class);
    private static final int CALLS_MAX = 100_000;
    private static final long COMMAND_BYTES_MAX = 64L << 20;

    private final ConcurrentHashMap<TxnId, Call> byId = new ConcurrentHashMap<>();

    /// Of all commands in `byId`: with no leader they gather, and memory is small.
    private final AtomicLong commandBytes = new AtomicLong();

    private final ConcurrentLinkedQueue<Call> parked = new ConcurrentLinkedQueue<>();
    private final Executor eventLoop;
    private final Watch watch;
    private volatile Route route = (_, _) -> false; // volatile: set while the node starts

    Calls(Executor eventLoop, Watch watch) {
        this.eventLoop = eventLoop;
        this.watch = watch;
    }

    void routeBy(Route newRoute) {
        route = newRoute;
    }

    void start(Command command, long deadline, Consumer<Outcome> done) {
        var id = command.id();
        boolean hasAnswers = command instanceof Command.KvTxn;
        var bytes = CommandCodec.encode(command);
        if (byId.size() >= CALLS_MAX || commandBytes.get() + bytes.length > COMMAND_BYTES_MAX) {
            var refused = new NotApplied(new Refused(Reason.QUEUE_FULL, null));
            eventLoop.execute(() -> tell(done, refused));
            return;
        }
        var call = new Call(id, bytes, Growth.isGrowth(command), hasAnswers, deadline, done, this);
        while (true) {
            var known = byId.putIfAbsent(id, call);
            if (known == null) {
                commandBytes.addAndGet(bytes.length);
                watch.waiting();
                attempt(call);
                return;
            }
            if (known.join(done, hasAnswers, deadline)) {
                return;
            }
            remove(known);
        }
    }

    private void remove(Call call) {
        if (byId.remove(call.id(), call)) {
            commandBytes.addAndGet(-call.command().length);
        }
    }

    private void attempt(Call call) {
        int number = call.beginAttempt();
        if (number != 0 && !route.send(call, number)) {
            call.lost(number, new Refused(Reason.NOT_LEADER, null));
        }
    }

    void attemptLost(Call call, Lost lost) {
        if (lost instanceof Refused refused && isFinal(refused.reason())) {
            finish(call, call.endAfter(refused));
        } else {
            parked.add(call);
            watch.parked();
        }
    }

    private static boolean isFinal(Reason reason) {
        return switch (reason) {
            case DISK_FULL, SHUTTING_DOWN -> true;
            case NOT_LEADER, NO_QUORUM, QUEUE_FULL, TIMED_OUT -> false;
        };
    }

    /// Tries again whatever waits for a leader. Called every few milliseconds while there is
    /// something, and when a leader shows up.
    void retry() {
        // Only what is parked now: what is lost again meanwhile waits for the next round.
        var again = new ArrayList<Call>();
        for (var call = parked.poll(); call != null; call = parked.poll()) {
            again.add(call);
        }
        again.forEach(this::attempt);
    }

    boolean hasParked() {
        return !parked.isEmpty();
    }

    int size() {
        return byId.size();
    }

    /// Ends the calls whose time is over.
    void expire(long now) {
        for (var call : byId.values()) {
            if (call.deadline() - now < 0) {
                finish(call, call.endAtDeadline(now));
            }
        }
    }

    private void finish(Call call, Call.@Nullable End end) {
        if (end != null) {
            remove(call);
            eventLoop.execute(() -> tell(end.listener(), new NotApplied(end.why())));
        }
    }

    @Override
    public boolean isAwaited(TxnId id) {
        var call = byId.get(id);
        if (call == null) {
            return false;
        }
        call.expect();
        return true;
    }

    private record Answer(Consumer<Outcome> listener, Outcome outcome) {}

    @Override
    public void applied(LogPosition at, List<Result> results, List<Runnable> due) {
        var answers = new ArrayList<Answer>();
        if (!byId.isEmpty()) {
            for (var result : results) {
                answer(at, result, answers);
            }
        }
        if (answers.isEmpty() && due.isEmpty()) {
            return;
        }
        // One hand-over for the whole entry.
        eventLoop.execute(() -> {
            answers.forEach(a -> tell(a.listener, a.outcome));
            due.forEach(Calls::runAlone);
        });
    }

    private static void tell(Consumer<Outcome> listener, Outcome outcome) {
        runAlone(() -> listener.accept(outcome));
    }

    /// One that fails must not take the answers of the others with it.
    private static void runAlone(Runnable answer) {
        try {
            answer.run();
        } catch (RuntimeException | AssertionError e) {
            LOG.error("an answer could not be given", e);
        }
    }

    private void answer(LogPosition at, Result result, List<Answer> answers) {
        var call = byId.get(result.id());
        if (call == null) {
            return;
        }
        boolean isExpired = result.verdict() instanceof Verdict.Expired;
        if (!result.isRepeated() && !isExpired && !call.isExpected()) {
            // It was registered after its command had been carried out: the answers were not kept.
            // Proposed again, it gets them as a repetition.
            call.doubt();
            return;
        }
        remove(call);
        var listener = call.takeListener();
        if (listener != null) {
            answers.add(new Answer(listener, outcome(at, result, call)));
        }
    }

    /// An id that expired was never carried out if this was its first attempt; after others it
    /// means that nobody knows.
    private static Outcome outcome(LogPosition at, Result result, Call call) {
        return result.verdict() instanceof Verdict.Expired && call.isDoubtful()
                ? new NotApplied(new Unknown(Reason.TIMED_OUT))
                : new Applied(at.term(), at.index(), result);
    }

    @Override
    public void installed() {
        byId.values().forEach(Call::doubt);
    }
}
