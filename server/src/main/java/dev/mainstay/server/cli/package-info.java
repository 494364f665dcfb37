/// The command line: runs a node, and starts, stops and watches clusters of local processes.
///
/// Runs on the main thread of its own process. It never links a node's classes: what starts a node
/// is handed in as a [NodeStarter], and a running node is only talked to over its ports.
@NullMarked
package dev.mainstay.server.cli;

import org.jspecify.annotations.NullMarked;
