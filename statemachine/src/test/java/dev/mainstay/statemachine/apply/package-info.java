/// Tests of what the transition keeps in memory.
@NullMarked
package dev.mainstay.statemachine.apply;

import org.jspecify.annotations.NullMarked;
