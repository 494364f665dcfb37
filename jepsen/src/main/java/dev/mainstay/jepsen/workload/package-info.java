/// What clients do while the cluster is attacked, and which checkers judge it.
///
/// Through the SDK and public protocols only. A workload knows nothing of faults.
@NullMarked
package dev.mainstay.jepsen.workload;

import org.jspecify.annotations.NullMarked;
