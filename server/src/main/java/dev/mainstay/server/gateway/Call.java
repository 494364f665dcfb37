package dev.mainstay.server.gateway;

import dev.mainstay.consensus.Lost;
import dev.mainstay.consensus.Lost.Reason;
import dev.mainstay.consensus.Lost.Refused;
import dev.mainstay.consensus.Lost.Unknown;
import dev.mainstay.statemachine.command.TxnId;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A command whose client waits on this node, through all its attempts.
///
/// Any thread; the fields below `this` are guarded by its monitor, which is only held for a moment.
public final class Call {

    private final TxnId id;
    private final byte[] command;
    private final boolean isGrowth;
    private final Calls calls;
    private @Nullable Consumer<Outcome> done;
    private long deadline;

    /// The number of the attempt that is under way; 0 while it waits for the next one.
    private int attempt;

    private int attempts;

    /// Some attempt may have reached the log.
    private boolean isDoubtful;

    private Reason lastReason = Reason.NOT_LEADER;

    /// The answer needs nothing that apply keeps only when it is told to before: the command is no
    /// KvTxn, or apply was told.
    private boolean isExpected;

    /// Somebody who waits wants to know what the steps found.
    private boolean hasAnswers;

    Call(
            TxnId id,
            byte[] command,
            boolean isGrowth,
            boolean hasAnswers,
            long deadline,
            Consumer<Outcome> done,
            Calls calls) {
        this.isGrowth = isGrowth;
        this.hasAnswers = hasAnswers;
        this.isExpected = !hasAnswers;
        this.id = id;
        this.command = command;
        this.deadline = deadline;
        this.done = done;
        this.calls = calls;
    }

    public TxnId id() {
        return id;
    }

    /// The command's bytes; only for reading.
    public byte[] command() {
        return command;
    }

    /// See [Growth].
    boolean isGrowth() {
        return isGrowth;
    }

    public synchronized long deadline() {
        return deadline;
    }

    /// An attempt was lost. Ignored when another one is under way, or the call is over.
    public void lost(int which, Lost lost) {
        synchronized (this) {
            if (done == null || attempt != which) {
                return;
            }
            attempt = 0;
            switch (lost) {
                case Refused(var reason, _) -> lastReason = reason;
                case Unknown(var reason) -> {
                    lastReason = reason;
                    isDoubtful = true;
                }
            }
        }
        calls.attemptLost(this, lost);
    }

    /// Begins an attempt, and gives its number; 0 when one is under way or the call is over.
    synchronized int beginAttempt() {
        if (done == null || attempt != 0) {
            return 0;
        }
        attempts++;
        attempt = attempts;
        return attempt;
    }

    /// Whatever attempt is under way may have been decided where it was not seen.
    void doubt() {
        int which;
        synchronized (this) {
            which = attempt;
        }
        if (which != 0) {
            lost(which, new Unknown(Reason.NOT_LEADER));
        }
    }

    synchronized void expect() {
        isExpected = true;
    }

    synchronized boolean isExpected() {
        return isExpected;
    }

    /// Nobody waits any more.
    public synchronized boolean isOver() {
        return done == null;
    }

    /// Takes the listener, who thereby hears once.
    synchronized @Nullable Consumer<Outcome> takeListener() {
        var listener = done;
        done = null;
        return listener;
    }

    /// Another client waits for the same transaction, until `until`.
    ///
    /// @param needsAnswers as with the constructor
    synchronized boolean join(Consumer<Outcome> another, boolean needsAnswers, long until) {
        var first = done;
        if (first == null) {
            return false;
        }
        if (until - deadline > 0) {
            deadline = until;
        }
        if (needsAnswers && !hasAnswers) {
            // Apply may have looked already, and may not have been told.
            hasAnswers = true;
            isExpected = false;
        }
        done =
                outcome -> {
                    try {
                        first.accept(outcome);
                    } finally {
                        another.accept(outcome);
                    }
                };
        return true;
    }

    /// Some attempt but the one under way may have reached the log.
    synchronized boolean isDoubtful() {
        return isDoubtful;
    }

    /// What its listener is to hear, taken so that no attempt can begin that contradicts it.
    record End(Consumer<Outcome> listener, Lost why) {}

    /// Ends it, after `last`: no further attempt is made. One attempt that was certainly refused
    /// says nothing of those before it. Null when it is over already.
    synchronized @Nullable End endAfter(Refused last) {
        return end(isDoubtful ? new Unknown(last.reason()) : last);
    }

    /// Ends it, if its time is over by `now` and it is not.
    synchronized @Nullable End endAtDeadline(long now) {
        if (deadline - now >= 0) {
            return null;
        }
        return end(
                isDoubtful || attempt != 0
                        ? new Unknown(Reason.TIMED_OUT)
                        : new Refused(lastReason, null));
    }

    private @Nullable End end(Lost why) {
        var listener = takeListener();
        return listener == null ? null : new End(listener, why);
    }
}
