/// Clients made by others, against real nodes: do they get what they get from etcd?
@NullMarked
package dev.mainstay.jepsen.compat;

import org.jspecify.annotations.NullMarked;
