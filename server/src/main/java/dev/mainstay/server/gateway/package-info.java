/// Decides where and when a request may run: here or at the leader, now or after a wait; and says
/// what became of it. Every front door stands on [Gateway].
///
/// Threads: calls from any thread, none blocks unless it says so; answers arrive on the event loop.
@NullMarked
package dev.mainstay.server.gateway;

import org.jspecify.annotations.NullMarked;
