/// Things that happen to real nodes: disks lost, peers left behind, clients that misbehave.
@NullMarked
package dev.mainstay.jepsen.fault;

import org.jspecify.annotations.NullMarked;
