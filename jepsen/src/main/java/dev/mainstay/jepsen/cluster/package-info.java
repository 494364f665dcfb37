/// Clusters of real processes, driven from outside: started, killed, paused and looked at.
///
/// Used by black-box tests and by the load tools; blocks its caller. Knows no class of a server,
/// and ends only processes that it started.
@NullMarked
package dev.mainstay.jepsen.cluster;

import org.jspecify.annotations.NullMarked;
