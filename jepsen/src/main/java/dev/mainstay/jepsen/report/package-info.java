/// What a run looked like, for people: one HTML page, and pictures of its parts.
///
/// Made of a run's files on its caller's thread, after the run. Judges nothing: it shows verdicts
/// that others reached.
@NullMarked
package dev.mainstay.jepsen.report;

import org.jspecify.annotations.NullMarked;
