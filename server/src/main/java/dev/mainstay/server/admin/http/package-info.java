/// The HTTP port: Patroni's health checks, so that existing load balancers and probes work, and
/// Prometheus metrics.
///
/// Each request runs on a virtual thread of its own; the number of connections is bounded. It only
/// asks the gateway; nothing here changes anything.
@NullMarked
package dev.mainstay.server.admin.http;

import org.jspecify.annotations.NullMarked;
