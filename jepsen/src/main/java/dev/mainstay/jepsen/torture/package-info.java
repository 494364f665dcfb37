/// The command `torture`: runs workloads while faults are made, judges what was seen, and leaves a
/// folder about it.
///
/// One thread runs the steps in their order; workers, the schedule of faults and whoever looks at
/// the nodes have threads of their own, all of which have ended when a run returns. Nothing is
/// judged here but what no workload can see: liveness, equal members, evidence, journals, exits.
@NullMarked
package dev.mainstay.jepsen.torture;

import org.jspecify.annotations.NullMarked;
