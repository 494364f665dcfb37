/// The replicated log as this project sees it: propose, read index, membership.
///
/// Only JDK types cross this package's boundary. Apache Ratis is an implementation detail of
/// `consensus.ratis`, the one package that may import it.
///
/// Threads: methods may be called from any thread and do not block unless they say so; callbacks
/// arrive on the group's apply thread unless they say otherwise.
@NullMarked
package dev.mainstay.consensus;

import org.jspecify.annotations.NullMarked;
