/// One database on this node: binds a log to a store.
///
/// Threads: the apply thread is the only writer of the state; everything else reads.
@NullMarked
package dev.mainstay.server.group;

import org.jspecify.annotations.NullMarked;
