/// Node-to-node gRPC: terms, read indexes, forwarded commands, checkpoints.
@NullMarked
package dev.mainstay.server.peer;

import org.jspecify.annotations.NullMarked;
