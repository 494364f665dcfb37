/// Tests of the judges, on histories with known verdicts.
@NullMarked
package dev.mainstay.jepsen.checker;

import org.jspecify.annotations.NullMarked;
