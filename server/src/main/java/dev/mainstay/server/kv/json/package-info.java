/// etcd's JSON gateway, `/version` and `/health`, on the port that gRPC is served on: a
/// connection's first bytes say which of the two it speaks.
///
/// Threads: everything of one connection runs on its Netty event loop, which never blocks; answers
/// of the services come from any thread and are passed on to it. Translates only: what a call means
/// is the services' business.
@NullMarked
package dev.mainstay.server.kv.json;

import org.jspecify.annotations.NullMarked;
