/// Judges of histories: each looks for the anomalies of one promise.
///
/// They see a history and nothing else, use no clock but its own, and give the same verdict for the
/// same history. What is unknown may have happened; a checker that cannot tell says so, and the run
/// fails.
@NullMarked
package dev.mainstay.jepsen.checker;

import org.jspecify.annotations.NullMarked;
