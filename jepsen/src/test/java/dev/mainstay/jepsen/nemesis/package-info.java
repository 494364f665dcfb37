/// Tests of faults: of their order without a cluster, of each with one.
@NullMarked
package dev.mainstay.jepsen.nemesis;

import org.jspecify.annotations.NullMarked;
