/// Tests of the judges: histories with known verdicts, simulators with known bugs, and small
/// changes that must turn a verdict or must not.
@NullMarked
package dev.mainstay.jepsen.checker;

import org.jspecify.annotations.NullMarked;
