package dev.mainstay.server.kv.json;

import dev.mainstay.server.kv.watch.TestGateway;
import dev.mainstay.statemachine.feed.Feed;
import dev.mainstay.statemachine.feed.FeedCursor;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// A server with stub services on a real port, and clients of both kinds.
final class JsonRig {

    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final StubServices stubs = new StubServices();
    private final TestGateway gateway = new TestGateway(new NoFeed());
    private final Server inProcess;
    private final Server server;
    private final ManagedChannel services;
    private final ManagedChannel grpc;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    JsonRig() {
        var name = "json-" + NAMES.incrementAndGet();
        services = InProcessChannelBuilder.forName(name).directExecutor().build();
        var local = InProcessServerBuilder.forName(name).directExecutor().intercept(stubs);
        var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        var remote = NettyServerBuilder.forAddress(loopback).directExecutor();
        stubs.all().forEach(local::addService);
        stubs.all().forEach(remote::addService);
        PortUnification.configure(remote, new JsonGateway(services, gateway), PATIENCE);
        inProcess = local.build();
        server = remote.build();
        try {
            inProcess.start();
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        grpc = NettyChannelBuilder.forAddress("localhost", port()).usePlaintext().build();
    }

    int port() {
        return server.getPort();
    }

    StubServices stubs() {
        return stubs;
    }

    TestGateway gateway() {
        return gateway;
    }

    Server server() {
        return server;
    }

    ManagedChannel grpc() {
        return grpc;
    }

    Wire connect() throws IOException {
        return new Wire(port());
    }

    /// All that comes back on a connection of its own, until the server closes it.
    String exchange(String bytes) throws IOException {
        try (var wire = connect()) {
            wire.sendRaw(bytes);
            return wire.readToEnd();
        }
    }

    HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return send(request(path).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port() + path))
                .timeout(Duration.ofSeconds(20));
    }

    private HttpResponse<String> send(HttpRequest.Builder request)
            throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    void close() throws InterruptedException {
        http.close();
        grpc.shutdownNow();
        server.shutdownNow();
        if (!server.awaitTermination(10, TimeUnit.SECONDS)) {
            throw new AssertionError("the server has not closed all its connections");
        }
        services.shutdownNow();
        inProcess.shutdownNow();
        gateway.close();
    }

    private static final class NoFeed implements Feed {
        @Override
        public void subscribe(Listener listener) {}

        @Override
        public void unsubscribe(Listener listener) {}

        @Override
        public long newest() {
            return 1;
        }

        @Override
        public FeedCursor open(long from) {
            throw new UnsupportedOperationException();
        }
    }
}
