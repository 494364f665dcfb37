package dev.mainstay.statemachine.apply;

import dev.mainstay.statemachine.command.Result;
import dev.mainstay.statemachine.feed.Revised;
import dev.mainstay.statemachine.mvcc.Marks;
import java.util.List;
import java.util.SortedMap;

/// What applying one entry gives, once its batch is written: results in the order of the commands,
/// changes in the order of their revisions, the marks after it, and the leases that began or ended.
///
/// @param leases seconds to live by lease, or [#ENDED]
public record Applied(
        List<Result> results, List<Revised> revised, Marks marks, SortedMap<Long, Long> leases) {

    public static final long ENDED = -1;
}
