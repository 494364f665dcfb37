/// What emulated disks and clocks do to a small process, and to a cluster.
@NullMarked
package dev.mainstay.jepsen.disk;

import org.jspecify.annotations.NullMarked;
