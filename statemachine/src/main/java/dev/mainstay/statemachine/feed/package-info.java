/// Committed changes in log order, for watchers, change capture and downstream members.
///
/// Threads: the apply thread publishes and never waits; every reader has a cursor of its own.
@NullMarked
package dev.mainstay.statemachine.feed;

import org.jspecify.annotations.NullMarked;
