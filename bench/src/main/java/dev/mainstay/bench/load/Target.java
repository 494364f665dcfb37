package dev.mainstay.bench.load;

import dev.mainstay.jepsen.cluster.Channels;
import dev.mainstay.jepsen.cluster.KvCluster;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A cluster under load: its connections, all on one event loop, and what its nodes use.
final class Target implements AutoCloseable {

    private final KvCluster cluster;
    private final KeySpace keys;
    private final EventLoopGroup eventLoop;
    // By node, then by connection.
    private final List<List<ManagedChannel>> connections = new ArrayList<>();

    Target(KvCluster cluster, KeySpace keys, int connectionsPerNode) {
        this.cluster = cluster;
        this.keys = keys;
        var factory = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        eventLoop = new MultiThreadIoEventLoopGroup(1, factory);
        for (var endpoint : cluster.endpoints()) {
            var channels = new ArrayList<ManagedChannel>();
            for (var i = 0; i < connectionsPerNode; i++) {
                channels.add(connect(endpoint));
            }
            connections.add(channels);
        }
    }

    String product() {
        return cluster.product();
    }

    KvCluster cluster() {
        return cluster;
    }

    void fill() {
        Generator.fill(keys, connections.get(cluster.awaitLeader()).getFirst());
    }

    /// Runs one phase and measures it; checks afterwards that it was led by one node all along.
    Measured run(Phase phase, Duration time) throws InterruptedException {
        var leader = cluster.awaitLeader();
        var generator = new Generator(phase, keys, channels(phase.through(), leader), eventLoop);
        var ownBefore = ownCpu();
        var serversBefore = serverCpu();
        var startedAt = System.nanoTime();
        var result = generator.run(time);
        var took = Duration.ofNanos(System.nanoTime() - startedAt);
        var measured =
                new Measured(
                        result.calls(),
                        time,
                        result.latencies(),
                        result.wrong(),
                        scaled(ownCpu().minus(ownBefore), time, took),
                        scaled(serverCpu().minus(serversBefore), time, took));
        if (cluster.awaitLeader() != leader) {
            measured.wrong().merge("the leader changed meanwhile", 1L, Long::sum);
        }
        return measured;
    }

    @Override
    public void close() {
        for (var node : connections) {
            node.forEach(Channels::close);
        }
        var _ = eventLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    // The calls in flight at the end are drained after the measured time.
    private static Duration scaled(Duration cpu, Duration time, Duration took) {
        return Duration.ofNanos((long) ((double) cpu.toNanos() * time.toNanos() / took.toNanos()));
    }

    private List<ManagedChannel> channels(Phase.Through through, int leader) {
        var chosen = new ArrayList<ManagedChannel>();
        for (var node = 0; node < cluster.size(); node++) {
            if ((node == leader) == (through == Phase.Through.LEADER)) {
                chosen.addAll(connections.get(node));
            }
        }
        return chosen;
    }

    private ManagedChannel connect(String endpoint) {
        return NettyChannelBuilder.forTarget(endpoint)
                .usePlaintext()
                .eventLoopGroup(eventLoop)
                .channelType(
                        Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
                .directExecutor()
                .build();
    }

    private static Duration ownCpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private Duration serverCpu() {
        var sum = Duration.ZERO;
        for (var node = 0; node < cluster.size(); node++) {
            sum = sum.plus(cluster.process(node).cpu());
        }
        return sum;
    }
}
