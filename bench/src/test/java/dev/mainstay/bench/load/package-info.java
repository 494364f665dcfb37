/// Tests of the load tools themselves; none starts a node.
@NullMarked
package dev.mainstay.bench.load;

import org.jspecify.annotations.NullMarked;
