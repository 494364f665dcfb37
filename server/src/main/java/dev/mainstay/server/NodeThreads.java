package dev.mainstay.server;

import dev.mainstay.server.gateway.GroupGateway;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// The threads of a node, all but Raft's own and the virtual ones.
final class NodeThreads {

    private static final int STORAGE_QUEUE_MAX = 10_000;

    private final EventLoopGroup loops;
    private final EventLoop loop;
    private final ExecutorService storage;
    private final ScheduledThreadPoolExecutor timer;

    NodeThreads() {
        loops =
                new MultiThreadIoEventLoopGroup(
                        1,
                        named("event-loop"),
                        Epoll.isAvailable()
                                ? EpollIoHandler.newFactory()
                                : NioIoHandler.newFactory());
        loop = loops.next();
        int cores = Runtime.getRuntime().availableProcessors();
        storage =
                new ThreadPoolExecutor(
                        cores,
                        cores,
                        0,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(STORAGE_QUEUE_MAX),
                        named("storage"));
        timer = new ScheduledThreadPoolExecutor(1, named("timer"));
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        timer.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
    }

    private static ThreadFactory named(String name) {
        return Thread.ofPlatform().daemon().name(name + "-", 0).factory();
    }

    EventLoopGroup loops() {
        return loops;
    }

    Class<? extends ServerChannel> serverChannel() {
        return Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    Class<? extends Channel> clientChannel() {
        return Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    /// Runs at once what comes from the event loop itself, and queues the rest.
    Executor eventLoop() {
        return run -> {
            if (loop.inEventLoop()) {
                run.run();
            } else {
                loop.execute(run);
            }
        };
    }

    ScheduledExecutorService timer() {
        return timer;
    }

    Executor storage() {
        return storage;
    }

    GroupGateway.Threads forGateway() {
        return new GroupGateway.Threads(eventLoop(), storage, timer);
    }

    void close() {
        timer.shutdownNow();
        storage.shutdown();
        var _ = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
