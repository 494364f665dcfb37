/// What clients did and saw, as a list of events, in memory and as JSON lines.
///
/// Knows neither the cluster nor a workload: a history read back from a file is as good as the one
/// that was recorded.
@NullMarked
package dev.mainstay.jepsen.history;

import org.jspecify.annotations.NullMarked;
