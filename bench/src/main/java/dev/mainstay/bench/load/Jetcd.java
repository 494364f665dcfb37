package dev.mainstay.bench.load;

import dev.mainstay.jepsen.cluster.Command;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.kv.GetResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// The same questions asked by jetcd, in a process of its own: what an application sees that uses
/// etcd's Java client as it comes. Connects to all nodes, as applications do.
public final class Jetcd {

    private static final int IN_FLIGHT = 64;
    private static final int KEYS = 10_000;
    private static final Duration WARM_UP = Duration.ofSeconds(5);
    private static final ByteSequence VALUE = text("v".repeat(100));

    private Jetcd() {}

    /// Calls per second.
    record Rates(double puts, double gets) {}

    static Rates run(List<String> endpoints, int seconds) throws IOException {
        var line =
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--sun-misc-unsafe-memory-access=allow",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Jetcd.class.getName(),
                        Integer.toString(seconds),
                        String.join(",", endpoints));
        var ran = Command.run(line, Duration.ofSeconds(60 + 4L * seconds));
        if (!ran.succeeded()) {
            throw new IOException(
                    "jetcd: exit %d%n%s%s".formatted(ran.exit(), ran.out(), ran.err()));
        }
        var figures = ran.out().trim().split(" ", -1);
        return new Rates(Double.parseDouble(figures[0]), Double.parseDouble(figures[1]));
    }

    public static void main(String[] arguments) throws Exception {
        var time = Duration.ofSeconds(Long.parseLong(arguments[0]));
        var endpoints = new ArrayList<String>();
        for (var endpoint : arguments[1].split(",", -1)) {
            endpoints.add("http://" + endpoint);
        }
        try (var client = Client.builder().endpoints(endpoints.toArray(String[]::new)).build()) {
            var kv = client.getKVClient();
            IntFunction<CompletableFuture<?>> put = i -> kv.put(key(i), VALUE);
            IntFunction<CompletableFuture<?>> get =
                    i -> kv.get(key(i)).thenAccept(Jetcd::requireTheValue);
            for (var i = 0; i < KEYS; i += IN_FLIGHT) {
                var batch = new CompletableFuture<?>[Math.min(IN_FLIGHT, KEYS - i)];
                for (var j = 0; j < batch.length; j++) {
                    batch[j] = put.apply(i + j);
                }
                CompletableFuture.allOf(batch).get(30, TimeUnit.SECONDS);
            }
            rate(put, WARM_UP);
            var puts = rate(put, time);
            rate(get, WARM_UP);
            System.out.println(puts + " " + rate(get, time));
        }
        System.exit(0);
    }

    private static void requireTheValue(GetResponse answer) {
        if (answer.getKvs().size() != 1 || !answer.getKvs().get(0).getValue().equals(VALUE)) {
            throw new IllegalStateException("wrong answer: " + answer);
        }
    }

    private static double rate(IntFunction<CompletableFuture<?>> call, Duration time)
            throws InterruptedException, ExecutionException, TimeoutException {
        var slots = new Semaphore(IN_FLIGHT);
        var done = new AtomicLong();
        var failure = new AtomicReference<@Nullable Throwable>();
        var startedAt = System.nanoTime();
        for (var i = 0; System.nanoTime() - startedAt < time.toNanos(); i++) {
            if (!slots.tryAcquire(30, TimeUnit.SECONDS)) {
                throw new TimeoutException("no answer for 30 s");
            }
            var _ =
                    call.apply(i % KEYS)
                            .whenComplete((_, thrown) -> {
                                if (thrown != null) {
                                    failure.compareAndSet(null, thrown);
                                }
                                done.incrementAndGet();
                                slots.release();
                            });
        }
        var took = System.nanoTime() - startedAt;
        var calls = done.get();
        if (!slots.tryAcquire(IN_FLIGHT, 30, TimeUnit.SECONDS)) {
            throw new TimeoutException("calls without an answer");
        }
        var thrown = failure.get();
        if (thrown != null) {
            throw new ExecutionException(thrown);
        }
        return calls * 1e9 / took;
    }

    private static ByteSequence key(int i) {
        return text("jetcd/%05d".formatted(i));
    }

    private static ByteSequence text(String text) {
        return ByteSequence.from(text, StandardCharsets.US_ASCII);
    }
}
