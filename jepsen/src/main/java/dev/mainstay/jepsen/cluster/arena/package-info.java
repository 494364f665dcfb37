/// A throw-away cluster on this machine that can be attacked, with and without privileges.
///
/// Whatever it starts or makes is recorded before it can be lost, so that the next start finds what
/// a crash of the suite left. Knows the product by `bin/mainstay`, its settings and its protocols.
@NullMarked
package dev.mainstay.jepsen.cluster.arena;

import org.jspecify.annotations.NullMarked;
