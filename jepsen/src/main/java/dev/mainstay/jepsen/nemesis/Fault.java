package dev.mainstay.jepsen.nemesis;

import java.io.IOException;
import java.util.List;

/// A fault under way.
public interface Fault {

    /// Whom it hits, for the history: node numbers.
    List<Integer> targets();

    /// What was done, one line.
    String description();

    /// Undoes it. Called exactly once.
    Evidence heal() throws IOException, InterruptedException;

    /// That it happened.
    ///
    /// @param isProven false fails the run: a fault that leaves no trace may not have happened
    /// @param trace what shows it, such as `term 4 -> 5` or `312 packets dropped`
    record Evidence(boolean isProven, String trace) {}
}
