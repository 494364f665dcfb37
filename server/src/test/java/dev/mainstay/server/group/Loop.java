package dev.mainstay.server.group;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;

/// A member's event loop, as in a node: what comes from the loop itself runs at once. Remembers
/// what went wrong on it.
public final class Loop implements Executor, AutoCloseable {

    private final LinkedBlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final Thread thread;

    public Loop(String name) {
        thread = Thread.ofPlatform().daemon().name(name).start(this::run);
    }

    private void run() {
        try {
            while (true) {
                runOne(queue.take());
            }
        } catch (InterruptedException e) {
            queue.clear();
        }
    }

    private void runOne(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | AssertionError e) {
            failures.add(e);
        }
    }

    @Override
    public void execute(Runnable task) {
        if (Thread.currentThread().equals(thread)) {
            task.run();
        } else if (thread.isAlive()) {
            queue.add(task);
        }
    }

    public List<Throwable> failures() {
        return failures;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
