/// HTTP and gRPC for operators: health, metrics, members, switchover.
@NullMarked
package dev.mainstay.server.admin;

import org.jspecify.annotations.NullMarked;
