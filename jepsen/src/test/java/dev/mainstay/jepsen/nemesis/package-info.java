/// Faults on clusters, and what the cluster makes of them.
@NullMarked
package dev.mainstay.jepsen.nemesis;

import org.jspecify.annotations.NullMarked;
