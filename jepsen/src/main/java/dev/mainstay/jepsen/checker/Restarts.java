package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.history.History;
import dev.mainstay.jepsen.history.Op;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// When a node may have been restarted, as the faults of a history tell. Immutable.
///
/// A fault counts unless its name says that processes live through it. One that names its targets,
/// as a list under `targets` of node numbers or names, counts for these only.
final class Restarts {

    private static final List<String> SURVIVED =
            List.of(
                    "pause",
                    "partition",
                    "cut",
                    "link",
                    "delay",
                    "loss",
                    "flap",
                    "clock",
                    "slow",
                    "transfer");

    private final List<Op> faults;

    Restarts(History history) {
        faults = history.faults().stream().filter(fault -> !isSurvived(fault.function())).toList();
    }

    /// Whether the node may have been restarted between two events.
    boolean mayHaveHit(String node, long from, long to) {
        for (var fault : faults) {
            var completion = fault.completion();
            var isBefore = completion != null && completion.index() < from;
            if (!isBefore && fault.begin() < to && isTarget(fault, node)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isSurvived(String kind) {
        var name = kind.toLowerCase(Locale.ROOT);
        return SURVIVED.stream().anyMatch(name::contains);
    }

    /// Whom a fault hit is told at its end, or at its beginning.
    private static boolean isTarget(Op fault, String node) {
        var completion = fault.completion();
        var targets = targets(completion == null ? null : completion.value());
        if (targets == null) {
            targets = targets(fault.invoke().value());
        }
        if (targets == null) {
            return true;
        }
        for (var target : targets) {
            if (node.equals(target) || node.equals("n" + target)) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable List<?> targets(@Nullable Object what) {
        return what instanceof Map<?, ?> map && map.get("targets") instanceof List<?> targets
                ? targets
                : null;
    }
}
