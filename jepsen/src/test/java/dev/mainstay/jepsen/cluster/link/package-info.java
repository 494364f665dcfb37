/// Tests of the wires between nodes.
@NullMarked
package dev.mainstay.jepsen.cluster.link;

import org.jspecify.annotations.NullMarked;
