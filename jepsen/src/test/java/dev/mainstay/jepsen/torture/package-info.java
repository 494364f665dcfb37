/// Tests of the command `torture`.
@NullMarked
package dev.mainstay.jepsen.torture;

import org.jspecify.annotations.NullMarked;
