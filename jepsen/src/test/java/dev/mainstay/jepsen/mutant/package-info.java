/// The planted bugs can be planted, and nothing of them is released.
@NullMarked
package dev.mainstay.jepsen.mutant;

import org.jspecify.annotations.NullMarked;
