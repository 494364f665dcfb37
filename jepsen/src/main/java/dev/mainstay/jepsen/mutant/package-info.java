/// Planted bugs: small edits of the product's source, by which the suite proves that it convicts.
///
/// The edits are text files in `jepsen/src/mutants`; they exist in a checkout only, and the product
/// has no hook for them. Blocks its caller. What is compiled here goes into a directory of its own,
/// never into a jar, and reaches only those nodes on whose class path it is put first.
@NullMarked
package dev.mainstay.jepsen.mutant;

import org.jspecify.annotations.NullMarked;
