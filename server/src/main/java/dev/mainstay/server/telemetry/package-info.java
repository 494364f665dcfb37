/// What a node says about itself: metrics and the journal.
///
/// Any thread may record; a scrape runs on the HTTP server's threads. Must never hold up the thread
/// that records.
@NullMarked
package dev.mainstay.server.telemetry;

import org.jspecify.annotations.NullMarked;
