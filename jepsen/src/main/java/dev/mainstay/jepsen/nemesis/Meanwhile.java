package dev.mainstay.jepsen.nemesis;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The part of a fault that goes on while the schedule waits, on a virtual thread of its own.
///
/// @param <T> what it has to tell at its end
final class Meanwhile<T> {

    private final Stop stop;
    private final FutureTask<T> task;

    private Meanwhile(Stop stop, FutureTask<T> task) {
        this.stop = stop;
        this.task = task;
    }

    interface Work<T> {
        T run(Stop stop) throws IOException, InterruptedException;
    }

    /// How the work learns that it should come to its end.
    static final class Stop {

        private final CountDownLatch asked = new CountDownLatch(1);

        boolean isAsked() {
            return asked.getCount() == 0;
        }

        /// Waits, but not longer than until asked to stop.
        void await(long millis) throws InterruptedException {
            var _ = asked.await(millis, TimeUnit.MILLISECONDS);
        }
    }

    static <T> Meanwhile<T> start(Work<T> work) {
        var stop = new Stop();
        Callable<T> call = () -> work.run(stop);
        var task = new FutureTask<>(call);
        Thread.ofVirtual().name("fault").start(task);
        return new Meanwhile<>(stop, task);
    }

    /// Asks it to stop and waits for its end; breaks it off when the time is over.
    T end(Duration atMost) throws IOException, InterruptedException {
        stop.asked.countDown();
        try {
            return task.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IOException(String.valueOf(e.getCause()), e);
        } catch (TimeoutException e) {
            throw new IOException("not over after %d s".formatted(atMost.toSeconds()), e);
        } finally {
            task.cancel(true);
        }
    }
}
