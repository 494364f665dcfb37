package dev.mainstay.server.peer;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/// One connection per member, opened when it is first needed.
final class Channels {

    private final ConcurrentHashMap<String, ManagedChannel> byAddress = new ConcurrentHashMap<>();
    private final Function<String, ManagedChannel> connect;

    Channels(Function<String, ManagedChannel> connect) {
        this.connect = connect;
    }

    ManagedChannel to(String address) {
        return byAddress.computeIfAbsent(address, connect);
    }

    /// gRPC waits up to two minutes before it tries a lost connection again; a restarted member
    /// must be found sooner.
    void reconnect() {
        for (var channel : byAddress.values()) {
            if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
                channel.resetConnectBackoff();
            }
        }
    }

    void close() {
        byAddress.values().forEach(ManagedChannel::shutdownNow);
    }
}
