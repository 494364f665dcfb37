package dev.mainstay.client;

import java.time.Duration;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;

/// Carries batches from a watch to one subscriber, as many as it asks for.
///
/// `run` is the life of one virtual thread, the only one that calls the subscriber; `request` and
/// `cancel` come from any.
final class WatchPump implements Flow.Subscription, Runnable {

    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Watch watch;
    private final Flow.Subscriber<? super WatchBatch> subscriber;
    private final Semaphore demand = new Semaphore(0);

    // Set by the subscriber's threads, read by ours.
    private volatile boolean isCancelled;
    private volatile boolean isIllegal;

    WatchPump(Watch watch, Flow.Subscriber<? super WatchBatch> subscriber) {
        this.watch = watch;
        this.subscriber = subscriber;
    }

    void start(boolean isFirst) {
        subscriber.onSubscribe(this);
        if (isFirst) {
            var _ = Thread.ofVirtual().name("mainstay-watch").start(this);
        } else {
            subscriber.onError(new IllegalStateException("a watch has one subscriber"));
        }
    }

    @Override
    public void request(long n) {
        if (n <= 0) {
            isIllegal = true;
            demand.release();
        } else {
            demand.release((int) Math.min(n, Integer.MAX_VALUE / 2 - demand.availablePermits()));
        }
    }

    @Override
    public void cancel() {
        isCancelled = true;
        watch.close();
        demand.release();
    }

    @Override
    public void run() {
        try {
            while (!isCancelled) {
                demand.acquire();
                if (isIllegal) {
                    watch.close();
                    subscriber.onError(new IllegalArgumentException("request of less than one"));
                    return;
                }
                pass();
            }
        } catch (MainstayException e) {
            subscriber.onError(e);
        } catch (IllegalStateException _) {
            if (!isCancelled) {
                subscriber.onComplete();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void pass() throws InterruptedException {
        while (!isCancelled) {
            var batch = watch.next(LOOK);
            if (batch.isPresent()) {
                subscriber.onNext(batch.get());
                return;
            }
        }
    }
}
