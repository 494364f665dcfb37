package dev.mainstay.jepsen.workload;

import dev.mainstay.jepsen.checker.Checker;
import java.util.List;

/// One kind of use with its judges.
///
/// The runner calls [#begin] once, then runs the steps of [#workers] side by side, each worker on a
/// thread of its own, through all faults; after the last fault is healed and the workers stopped,
/// it calls [#finish] once, and hands the recorded history of this workload to the [#checkers].
public interface Workload {

    /// As in `--workload`.
    String name();

    /// One line for `--list`: what it does and what it checks.
    String about();

    /// Before any fault.
    void begin(Site site) throws InterruptedException;

    /// The clients of this workload, not yet started; about two per node.
    List<Worker> workers(Site site);

    /// After the last fault: final reads from every node, recorded like all others. Takes at most a
    /// minute; a call that fails is tried again.
    void finish(Site site) throws InterruptedException;

    List<Checker> checkers();
}
