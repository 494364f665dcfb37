/// Tests of throw-away clusters.
@NullMarked
package dev.mainstay.jepsen.cluster.arena;

import org.jspecify.annotations.NullMarked;
