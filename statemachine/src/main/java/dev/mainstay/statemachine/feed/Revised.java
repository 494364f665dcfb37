package dev.mainstay.statemachine.feed;

import java.util.List;

/// All changes of one revision, in the order in which the transaction made them.
public record Revised(long revision, List<Change> changes) {

    public Revised {
        changes = List.copyOf(changes);
    }
}
