package dev.mainstay.statemachine.apply;

import dev.mainstay.statemachine.command.Result;
import dev.mainstay.statemachine.feed.Revised;
import dev.mainstay.statemachine.mvcc.Marks;
import java.util.List;

/// What applying one entry gives, once its batch is written: results in the order of the commands,
/// changes in the order of their revisions, and the marks after it.
public record Applied(List<Result> results, List<Revised> revised, Marks marks) {}
