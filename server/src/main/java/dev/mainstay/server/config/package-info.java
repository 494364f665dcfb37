/// A node's configuration: read once, validated once, immutable.
@NullMarked
package dev.mainstay.server.config;

import org.jspecify.annotations.NullMarked;
