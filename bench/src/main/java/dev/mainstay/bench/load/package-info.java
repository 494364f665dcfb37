/// Load on whole clusters, from outside: how fast, how dear, and what survives a fault.
///
/// The measuring loop is confined to one event loop; everything else blocks its caller. Must never
/// count an answer that it has not looked at.
@NullMarked
package dev.mainstay.bench.load;

import org.jspecify.annotations.NullMarked;
