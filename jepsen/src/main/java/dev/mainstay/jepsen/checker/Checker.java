package dev.mainstay.jepsen.checker;

import dev.mainstay.jepsen.history.History;

/// A judge of one promise.
public interface Checker {

    /// One word, such as `linearizable`.
    String name();

    /// @param history of one workload, with its faults if they matter
    Verdict check(History history);
}
