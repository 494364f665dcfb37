package dev.mainstay.server.kv.watch;

import dev.mainstay.statemachine.feed.Feed;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/// A watch service over some feed, and a way to it.
final class WatchRig implements AutoCloseable {

    private static final AtomicInteger NAMES = new AtomicInteger();

    static final WatchSettings QUICK =
            new WatchSettings(
                    Duration.ofMillis(100),
                    Duration.ofMillis(20),
                    64 << 10,
                    16 << 10,
                    1536 << 10,
                    2);

    private final TestGateway gateway;
    private final WatchService service;
    private final Server server;
    private final ManagedChannel channel;

    WatchRig(Feed feed, WatchSettings settings) {
        gateway = new TestGateway(feed);
        service = new WatchService(gateway, settings);
        var name = "watch-" + NAMES.incrementAndGet();
        server = InProcessServerBuilder.forName(name).directExecutor().addService(service).build();
        try {
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    }

    TestGateway gateway() {
        return gateway;
    }

    WatchService service() {
        return service;
    }

    ManagedChannel channel() {
        return channel;
    }

    TestStream stream() {
        return TestStream.open(channel);
    }

    @Override
    public void close() {
        service.close();
        channel.shutdownNow();
        server.shutdownNow();
        gateway.close();
    }
}
