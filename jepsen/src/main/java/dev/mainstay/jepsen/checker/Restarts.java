package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.history.Event;
import dev.mainstay.jepsen.history.History;
import dev.mainstay.jepsen.history.Op;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// When a node may have been restarted, as the faults of a history tell. Immutable.
///
/// A fault counts unless its name says that processes live through it. One whose end names its
/// targets, as a list under `targets` of node numbers, counts for these only.
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
            if (!isBefore && fault.begin() < to && isTarget(completion, node)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isSurvived(String kind) {
        var name = kind.toLowerCase(Locale.ROOT);
        return SURVIVED.stream().anyMatch(name::contains);
    }

    private static boolean isTarget(@Nullable Event healed, String node) {
        var what = healed == null ? null : healed.value();
        if (!(what instanceof Map<?, ?> map) || !(map.get("targets") instanceof List<?> targets)) {
            return true;
        }
        return targets.stream().anyMatch(target -> node.equals("n" + target));
    }
}
