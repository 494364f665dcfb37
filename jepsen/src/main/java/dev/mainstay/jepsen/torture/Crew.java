package dev.mainstay.jepsen.torture;

import dev.mainstay.jepsen.workload.Worker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/// The workers of all workloads, each on a virtual thread of its own, at its own pace.
final class Crew {

    private final CountDownLatch stop = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<String> problems = new ConcurrentLinkedQueue<>();

    /// Puts a worker to work.
    ///
    /// @param workload its name, for what is said of it
    void start(String workload, Worker worker) {
        var thread =
                Thread.ofVirtual()
                        .name(workload + "-" + threads.size())
                        .unstarted(() -> work(workload, worker));
        threads.add(thread);
        thread.start();
    }

    private void work(String workload, Worker worker) {
        try (worker) {
            long interval = (long) (1e9 / worker.stepsPerSecond());
            // Not all at once.
            long next =
                    System.nanoTime() + ThreadLocalRandom.current().nextLong(Math.max(1, interval));
            while (!stop.await(next - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                worker.step();
                // Who was held up does not hurry afterwards: that would hide how long it was.
                next = Math.max(next + interval, System.nanoTime());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | AssertionError e) {
            problems.add("a worker of %s failed: %s".formatted(workload, Reasons.of(e)));
        }
    }

    /// Lets everybody end their step, and interrupts those who have not after a while. Answers what
    /// went wrong with the workers since the start.
    List<String> stop(Duration patience) throws InterruptedException {
        stop.countDown();
        long deadline = System.nanoTime() + patience.toNanos();
        for (var thread : threads) {
            thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
        }
        threads.forEach(Thread::interrupt);
        for (var thread : threads) {
            if (!thread.join(patience)) {
                problems.add("a worker does not stop: " + thread.getName());
            }
        }
        return List.copyOf(problems);
    }
}
