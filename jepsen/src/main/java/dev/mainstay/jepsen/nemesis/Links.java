package dev.mainstay.jepsen.nemesis;

import java.io.IOException;
import java.time.Duration;

/// The directed links between nodes.
public interface Links {

    /// What `from` sends no longer reaches `to`. The other direction is a link of its own.
    void cut(int from, int to) throws IOException;

    /// @param jitter added to it, evenly distributed from zero
    void delay(int from, int to, Duration delay, Duration jitter) throws IOException;

    /// Loses this share of packets, in percent; relays, which know no packets, break connections
    /// and hold bytes back instead.
    void lose(int from, int to, int percent) throws IOException;

    /// Undoes everything on all links.
    void heal() throws IOException;

    /// How many packets, or pieces of a stream, were dropped, delayed or held back on this link so
    /// far: the evidence.
    long hindered(int from, int to) throws IOException;
}
