/// Finds the right node, sends, and sends again: routing, retries, connections.
///
/// Threads: calls from any thread, none blocks; answers arrive on the event loop. Speaks in wire
/// messages and gRPC statuses only: what they mean to a user is said in `dev.mainstay.client`.
@NullMarked
package dev.mainstay.client.internal;

import org.jspecify.annotations.NullMarked;
