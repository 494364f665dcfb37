package dev.mainstay.client.internal;

import io.grpc.ManagedChannel;
import java.util.concurrent.ScheduledExecutorService;

/// How channels to nodes are made, and the one thread that serves them all.
public interface Transport {

    /// A channel to `address`, not yet connected. The caller shuts it down.
    ManagedChannel open(String address);

    /// The event loop: answers arrive on it, timers fire on it. Nothing on it may block.
    ScheduledExecutorService eventLoop();

    /// Ends the event loop.
    void close();
}
