/// Tests of the drivers themselves.
@NullMarked
package dev.mainstay.jepsen.cluster;

import org.jspecify.annotations.NullMarked;
