/// Tests of the workloads: against a cluster without faults, all verdicts must be valid.
@NullMarked
package dev.mainstay.jepsen.workload;

import org.jspecify.annotations.NullMarked;
