/// Disks and wall clocks of nodes, in our hands.
///
/// The nodes' calls of the C library are caught by a library of ours that is preloaded into them
/// (`shim.h` and its neighbours, compiled at the first use). No privileges are needed. Nothing here
/// knows what a node writes.
@NullMarked
package dev.mainstay.jepsen.disk;

import org.jspecify.annotations.NullMarked;
