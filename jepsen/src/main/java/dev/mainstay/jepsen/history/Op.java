package dev.mainstay.jepsen.history;

import org.jspecify.annotations.Nullable;

/// A call: its invocation and its completion, if there was one.
public record Op(Event invoke, @Nullable Event completion) {

    /// The end of a call whose effect may come at any time.
    public static final long NEVER = Long.MAX_VALUE;

    /// What became of it; a call without completion is unknown.
    public Event.Type type() {
        return completion == null ? Event.Type.INFO : completion.type();
    }

    public boolean isOk() {
        return type() == Event.Type.OK;
    }

    public boolean isUnknown() {
        return type() == Event.Type.INFO;
    }

    public String function() {
        return invoke.function();
    }

    /// The answer's value if it went well, else the arguments.
    public @Nullable Object value() {
        return completion != null && isOk() ? completion.value() : invoke.value();
    }

    public About about() {
        return completion == null ? invoke.about() : completion.about();
    }

    /// Place in the order of events at which it began.
    public long begin() {
        return invoke.index();
    }

    /// Place in the order of events at which its effect was there for sure; [#NEVER] if unknown.
    public long end() {
        return completion == null || isUnknown() ? NEVER : completion.index();
    }
}
