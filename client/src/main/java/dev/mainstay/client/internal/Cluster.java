package dev.mainstay.client.internal;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Everything that the views of one connected database share. Any thread.
public final class Cluster {

    /// @param seeds addresses to begin with, `host:port`
    /// @param discovers whether to use the addresses that the nodes tell
    /// @param preferred the node for reads while it works; null = any
    /// @param attemptTimeout how long to wait for one node before another is tried
    public record Settings(
            List<String> seeds,
            boolean discovers,
            @Nullable String preferred,
            Duration attemptTimeout) {}

    private final Transport transport;
    private final Router router;
    private final Revisions revisions = new Revisions();
    private final long attemptTimeoutNanos;

    /// The upper half of all transaction ids made here; 0 is the nodes' own.
    private final long stream;

    private final AtomicLong lastId = new AtomicLong();

    /// What waits for the event loop's clock; the one that removes an element runs it.
    private final Set<Appointment> appointments = ConcurrentHashMap.newKeySet();

    // Set once by close; calls that start later fail at once.
    private volatile boolean isClosed;

    private Cluster(Settings settings, Transport transport) {
        this.transport = transport;
        attemptTimeoutNanos = settings.attemptTimeout().toNanos();
        stream = randomNonZero();
        router = new Router(this, settings.seeds(), settings.discovers(), settings.preferred());
    }

    /// Connects in the background: the first call waits for it, not this one.
    public static Cluster open(Settings settings, Transport transport) {
        var cluster = new Cluster(settings, transport);
        cluster.router.start();
        return cluster;
    }

    private static long randomNonZero() {
        var random = new SecureRandom();
        long number = random.nextLong();
        while (number == 0) {
            number = random.nextLong();
        }
        return number;
    }

    /// Sends `message` until it is answered or `deadline` (of [System#nanoTime]) passes.
    public <Q, A> UnaryCall<Q, A> start(
            Method<Q, A> method,
            Q message,
            long deadline,
            @Nullable Node pin,
            Receiver<? super A> receiver) {
        var call = new UnaryCall<>(this, method, message, deadline, pin, receiver);
        call.attempt();
        return call;
    }

    public Router router() {
        return router;
    }

    public Revisions revisions() {
        return revisions;
    }

    public long idStream() {
        return stream;
    }

    public long nextIdInStream() {
        return lastId.incrementAndGet();
    }

    public boolean isClosed() {
        return isClosed;
    }

    long attemptTimeoutNanos() {
        return attemptTimeoutNanos;
    }

    Transport transport() {
        return transport;
    }

    /// Runs `work` on the event loop later, or `otherwise` when the client closes before.
    public void schedule(Runnable work, long delayNanos, Runnable otherwise) {
        var appointment = new Appointment(work, otherwise);
        appointments.add(appointment);
        try {
            var _ = transport.eventLoop().schedule(appointment, delayNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException _) {
            appointment.callOff();
        }
        if (isClosed) {
            appointment.callOff();
        }
    }

    /// Work for later that hears of it when there will be no later.
    private final class Appointment implements Runnable {

        private final Runnable work;
        private final Runnable otherwise;

        Appointment(Runnable work, Runnable otherwise) {
            this.work = work;
            this.otherwise = otherwise;
        }

        @Override
        public void run() {
            if (appointments.remove(this)) {
                work.run();
            }
        }

        void callOff() {
            if (appointments.remove(this)) {
                otherwise.run();
            }
        }
    }

    void repeat(Runnable work, long periodSeconds) {
        var _ =
                transport
                        .eventLoop()
                        .scheduleWithFixedDelay(
                                work, periodSeconds, periodSeconds, TimeUnit.SECONDS);
    }

    public void close() {
        isClosed = true;
        router.close();
        List.copyOf(appointments).forEach(Appointment::callOff);
        transport.close();
    }
}
