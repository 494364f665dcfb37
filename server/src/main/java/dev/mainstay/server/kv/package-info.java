/// The etcd v3 API over gRPC: key-value, watch, lease, cluster, maintenance, lock, election.
///
/// Threads: unary calls are parsed, enqueued and answered on the event loop, which never blocks;
/// what may take long runs on the storage threads.
@NullMarked
package dev.mainstay.server.kv;

import org.jspecify.annotations.NullMarked;
