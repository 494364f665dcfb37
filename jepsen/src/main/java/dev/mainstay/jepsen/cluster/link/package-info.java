/// The wires between the nodes of one machine, and the hands that cut, stretch and fray them.
///
/// Two kinds of wire, one kind of switch: [LinkTable] says how each directed link is hindered;
/// relays (no privileges) and a switch of frames (root) obey it. Knows neither nodes nor faults.
@NullMarked
package dev.mainstay.jepsen.cluster.link;

import org.jspecify.annotations.NullMarked;
