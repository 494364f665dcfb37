/// Metrics and the journal's format.
@NullMarked
package dev.mainstay.server.telemetry;

import org.jspecify.annotations.NullMarked;
