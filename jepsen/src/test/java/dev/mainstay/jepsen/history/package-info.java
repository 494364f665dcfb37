/// Tests of histories: what is written is read back.
@NullMarked
package dev.mainstay.jepsen.history;

import org.jspecify.annotations.NullMarked;
