/// Faults: what can be done to a cluster, how it is undone, and the proof that it happened.
@NullMarked
package dev.mainstay.jepsen.nemesis;

import org.jspecify.annotations.NullMarked;
